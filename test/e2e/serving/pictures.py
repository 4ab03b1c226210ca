"""Pictures of many kinds, and what the training libraries make of them.

    python pictures.py <folder> [seed]

writes 43 pictures of 12 kinds into the folder, and `cases.json`: for each case the `image` steps of serving.yaml, the shape of
the input, and for each picture the file of the expected pixels (bytes in the order of the tensor). Pictures are synthetic, with
sharp edges, gradients and noise, so that an error of resampling is not averaged away. torchvision, timm, Keras, Transformers and
Ultralytics do these steps with Pillow or OpenCV; their rounding is restated here from their sources. `resizes.json` and
`resizes.bin` hold 300 resizes of noise between random sizes, by the seed, as both libraries do them.
"""

import io
import json
import math
import struct
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps

folder = Path(sys.argv[1])
random = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 20)


def scene(width, height, channels=3):
    """Gradients, a checkerboard, a diagonal line and noise."""
    y, x = np.mgrid[0:height, 0:width]
    bands = [(x * 255) // max(1, width - 1), (y * 255) // max(1, height - 1), ((x // 3 + y // 3) % 2) * 255]
    picture = np.stack(bands[:channels] if channels <= 3 else [*bands, (x * 5 + y * 3) % 256], -1).astype(int)
    picture[np.abs(x - y) < 2, : min(3, channels)] = [250, 20, 20][: min(3, channels)]
    noisy = picture + random.integers(-20, 21, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def png16(values):
    """A PNG file of 16 bits a channel, which Pillow cannot write for colours."""
    height, width = values.shape[:2]
    kind = 0 if values.ndim == 2 else 2
    rows = values.astype(">u2").reshape(height, -1)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    chunk = lambda name, body: struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    head = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def foreign_profile():
    """An ICC profile whose red and blue are exchanged: whoever converts it is seen at once."""
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return icc.replace(b"rXYZ", b"....").replace(b"bXYZ", b"rXYZ").replace(b"....", b"bXYZ")


def encode(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def oriented(image, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(image, "JPEG", quality=92, exif=exif)


def make_pictures():
    rgb = lambda width, height: Image.fromarray(scene(width, height))
    rgba = lambda width, height: Image.fromarray(scene(width, height, 4), "RGBA")
    palette = rgb(90, 50).quantize(40)
    icc = foreign_profile()
    return {
        # 1: JPEG, by subsampling, quality, size and order
        "jpeg-420.jpg": encode(rgb(321, 243), "JPEG", quality=75, subsampling=2),
        "jpeg-422.jpg": encode(rgb(201, 300), "JPEG", quality=85, subsampling=1),
        "jpeg-444.jpg": encode(rgb(133, 117), "JPEG", quality=95, subsampling=0),
        "jpeg-progressive.jpg": encode(rgb(250, 187), "JPEG", quality=80, progressive=True),
        "jpeg-poor.jpg": encode(rgb(160, 161), "JPEG", quality=10),
        "jpeg-large.jpg": encode(rgb(1201, 803), "JPEG", quality=80),
        # 2: grey JPEG
        "grey.jpg": encode(rgb(120, 77).convert("L"), "JPEG"),
        "grey-small.jpg": encode(rgb(17, 23).convert("L"), "JPEG"),
        # 3: CMYK JPEG
        "cmyk.jpg": encode(rgb(99, 140).convert("CMYK"), "JPEG", quality=90),
        "cmyk-small.jpg": encode(rgb(30, 20).convert("CMYK"), "JPEG", quality=75),
        # 4: EXIF orientations
        **{f"exif-{at}.jpg": oriented(rgb(150, 91), at) for at in range(2, 9)},
        # 5: RGB PNG
        "rgb-wide.png": encode(rgb(400, 60), "PNG"),
        "rgb-tall.png": encode(rgb(59, 300), "PNG"),
        "rgb-same.png": encode(rgb(64, 64), "PNG"),
        "rgb-odd.png": encode(rgb(73, 117), "PNG"),
        "rgb-small.png": encode(rgb(11, 7), "PNG"),
        # 6: RGBA PNG
        "rgba.png": encode(rgba(130, 90), "PNG"),
        "rgba-small.png": encode(rgba(20, 31), "PNG"),
        "rgba-clear.png": encode(Image.new("RGBA", (40, 40), (200, 100, 50, 0)), "PNG"),
        # 7: palettes
        "palette.png": encode(palette, "PNG"),
        "palette-clear.png": encode(palette, "PNG", transparency=3),
        "palette-two.png": encode(rgb(80, 80).quantize(2), "PNG"),
        # 8: grey PNG
        "grey.png": encode(rgb(100, 64).convert("L"), "PNG"),
        "grey-alpha.png": encode(rgba(64, 100).convert("LA"), "PNG"),
        "grey-bit.png": encode(rgb(70, 70).convert("1"), "PNG"),
        # 9: 16 bits
        "deep.png": png16(scene(90, 70).astype(int) * 257),
        "deep-grey.png": png16((np.add.outer(np.arange(60), np.arange(80)) * 13).astype(int)),
        # 10: WebP
        "webp.webp": encode(rgb(141, 99), "WEBP", quality=80),
        "webp-lossless.webp": encode(rgb(77, 99), "WEBP", lossless=True),
        "webp-alpha.webp": encode(rgba(61, 87), "WEBP", lossless=True, exact=True),
        "webp-small.webp": encode(rgb(9, 14), "WEBP", quality=90),
        # 11: ICC profiles
        "icc.jpg": encode(rgb(101, 88), "JPEG", icc_profile=icc),
        "icc.png": encode(rgb(55, 98), "PNG", icc_profile=icc),
        # 12: tiny and narrow
        "one.png": encode(rgb(1, 1), "PNG"),
        "two.jpg": encode(rgb(2, 2), "JPEG"),
        "column.png": encode(rgb(1, 60), "PNG"),
        "row.png": encode(rgb(200, 1), "PNG"),
    }


NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX = range(5)


def open_rgb(data, mode="RGB"):
    return Image.open(io.BytesIO(data)).convert(mode)


def open_upright(data):
    return ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")


def shorter_side(image, size, resample):
    """torchvision.transforms.Resize(size), transformers' get_resize_output_image_size."""
    width, height = image.size
    short, long = (width, height) if width <= height else (height, width)
    new_long = int(size * long / short)
    return image.resize((size, new_long) if width <= height else (new_long, size), resample)


def center_crop(image, height, width, middle=round):
    """torchvision.transforms.CenterCrop; Transformers rounds the middle down."""
    top, left = middle((image.height - height) / 2), middle((image.width - width) / 2)
    return image.crop((left, top, left + width, top + height))


def keras_crop(image, height, width):
    """keras.utils.load_img(keep_aspect_ratio=True)"""
    crop_height = min(image.height, (image.width * height) // width)
    crop_width = min(image.width, (image.height * width) // height)
    if crop_height == 0 or crop_width == 0:
        return None
    top, left = (image.height - crop_height) // 2, (image.width - crop_width) // 2
    box = [left, top, left + crop_width, top + crop_height]
    return image.resize((width, height), NEAREST, box)


def on_white(data):
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")


def imread(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def letterbox(image, side):
    """Ultralytics' LetterBox(auto=False), then BGR to RGB."""
    height, width = image.shape[:2]
    factor = min(side / height, side / width)
    new_width, new_height = round(width * factor), round(height * factor)
    if new_width < 1 or new_height < 1:
        return None
    rest_x, rest_y = (side - new_width) / 2, (side - new_height) / 2
    if (width, height) != (new_width, new_height):
        image = cv2.resize(image, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
    top, bottom = round(rest_y - 0.1), round(rest_y + 0.1)
    left, right = round(rest_x - 0.1), round(rest_x + 0.1)
    padded = cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    return padded[:, :, ::-1]


def swapped_icc(data):
    """The colours that an embedded profile means, in sRGB."""
    image = Image.open(io.BytesIO(data))
    if image.info.get("icc_profile") is None:
        return None
    profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    return ImageCms.profileToProfile(image.convert("RGB"), profile, ImageCms.createProfile("sRGB"))


def pad(image, size, resample):
    """ImageOps.pad has no answer for a picture that becomes less than half a pixel wide."""
    try:
        return ImageOps.pad(image, size, resample)
    except ValueError:
        return None


def or_none(image, act):
    return None if image is None else act(image)


S = 64
# name: (steps of serving.yaml, shape of the input, what the training library makes of a file)
CASES = {
    "torchvision": ({}, [-1, 3, S, S], lambda d: center_crop(shorter_side(open_rgb(d), 73, BILINEAR), S, S)),
    "torchvision-odd": (
        {"shorterSide": 71},
        [-1, 3, 54, 60],
        lambda d: center_crop(shorter_side(open_rgb(d), 71, BILINEAR), 54, 60),
    ),
    "timm": ({}, [-1, 3, S, S], lambda d: center_crop(shorter_side(open_rgb(d), 73, BICUBIC), S, S)),
    "pil": ({}, [-1, 3, 48, 80], lambda d: open_rgb(d).resize((80, 48))),
    **{
        f"pil-{name}": ({"interpolation": name}, [-1, 3, 50, 70], lambda d, k=kind: open_rgb(d).resize((70, 50), k))
        for name, kind in [("nearest", NEAREST), ("bilinear", BILINEAR), ("lanczos", LANCZOS), ("area", BOX)]
    },
    "pil-grey": ({}, [-1, 1, S, S], lambda d: open_rgb(d, "RGB").convert("L").resize((S, S))),
    "pil-pad": ({"fit": "contain"}, [-1, 3, 61, 80], lambda d: pad(open_rgb(d), (80, 61), BICUBIC)),
    "pil-fit": ({"fit": "cover"}, [-1, 3, 61, 80], lambda d: ImageOps.fit(open_rgb(d), (80, 61), BICUBIC)),
    "pil-white": (
        {"alpha": "flatten", "background": [255, 255, 255]},
        [-1, 3, S, S],
        lambda d: on_white(d).resize((S, S)),
    ),
    "pil-upright": ({"exif": "apply"}, [-1, 3, S, S], lambda d: open_upright(d).resize((S, S))),
    "pil-icc": ({"icc": "convert"}, [-1, 3, S, S], lambda d: or_none(swapped_icc(d), lambda i: i.resize((S, S)))),
    "pil-offset": (
        {"fit": "cover", "shorterSide": 80, "rounding": "truncate", "cropOffset": [3, 9]},
        [-1, 3, S, S],
        lambda d: shorter_side(open_rgb(d), 80, BICUBIC).crop((9, 3, 9 + S, 3 + S)),
    ),
    "keras": ({}, [-1, S, S, 3], lambda d: open_rgb(d).resize((S, S), NEAREST)),
    "keras-cover": ({"fit": "cover"}, [-1, 50, 70, 3], lambda d: keras_crop(open_rgb(d), 50, 70)),
    "huggingface": ({}, [-1, 3, S, S], lambda d: open_upright(d).resize((S, S), BILINEAR)),
    "huggingface-clip": (
        {"fit": "cover", "shorterSide": 71, "interpolation": "bicubic"},
        [-1, 3, S, S],
        lambda d: center_crop(shorter_side(open_upright(d), 71, BICUBIC), S, S, math.floor),
    ),
    "opencv": ({}, [-1, 3, 48, 80], lambda d: cv2.resize(imread(d), (80, 48))),
    **{
        f"opencv-{name}": (
            {"interpolation": name},
            [-1, 3, 50, 70],
            lambda d, k=kind: cv2.resize(imread(d), (70, 50), interpolation=k),
        )
        for name, kind in [
            ("nearest", cv2.INTER_NEAREST),
            ("bicubic", cv2.INTER_CUBIC),
            ("lanczos", cv2.INTER_LANCZOS4),
            ("area", cv2.INTER_AREA),
        ]
    },
    "opencv-grey": ({}, [-1, 1, S, S], lambda d: cv2.resize(cv2.cvtColor(imread(d), cv2.COLOR_BGR2GRAY), (S, S))),
    "yolo": ({}, [-1, 3, 96, 96], lambda d: letterbox(imread(d), 96)),
}


def write_expected(name, picture, shape, pixels):
    pixels = np.asarray(pixels)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    tensor = pixels.transpose(2, 0, 1) if shape[1] in (1, 3) else pixels
    file = f"{name}.{picture}.raw"
    (folder / file).write_bytes(np.ascontiguousarray(tensor).tobytes())
    return file


RESIZES = {
    "nearest": (NEAREST, cv2.INTER_NEAREST),
    "bilinear": (BILINEAR, cv2.INTER_LINEAR),
    "bicubic": (BICUBIC, cv2.INTER_CUBIC),
    "lanczos": (LANCZOS, cv2.INTER_LANCZOS4),
    "area": (BOX, cv2.INTER_AREA),
}


def random_side():
    return int(random.integers(1, random.choice([4, 20, 300])))


def write_resizes(count=300):
    """Sources and results, one after the other; every third source is smooth."""
    resizes, data = [], bytearray()
    for at in range(count):
        interpolation = list(RESIZES)[at % 5]
        library = ["pillow", "opencv"][at % 2]
        pillow, opencv = RESIZES[interpolation]
        height, width, to_height, to_width = [random_side() for _ in range(4)]
        channels = [1, 3][int(random.integers(2))]
        source = random.integers(0, 256, (height, width, channels), dtype=np.uint8)
        if at % 3 == 0:
            source = np.ascontiguousarray(scene(width, height)[..., :channels])
        if library == "pillow":
            image = Image.fromarray(source if channels == 3 else source[..., 0])
            result = np.asarray(image.resize((to_width, to_height), pillow))
        else:
            result = cv2.resize(source, (to_width, to_height), interpolation=opencv)
        resizes.append(
            {
                "library": library,
                "interpolation": interpolation,
                "from": [height, width, channels],
                "to": [to_height, to_width],
                "at": len(data),
            }
        )
        data += source.tobytes() + np.ascontiguousarray(result).tobytes()
    (folder / "resizes.json").write_text(json.dumps(resizes))
    (folder / "resizes.bin").write_bytes(data)


def main():
    write_resizes()
    pictures = make_pictures()
    for name, data in pictures.items():
        (folder / name).write_bytes(data)
    cases = []
    for name, (steps, shape, act) in CASES.items():
        expected = {}
        for picture, data in pictures.items():
            pixels = act(data)
            expected[picture] = None if pixels is None else write_expected(name, picture, shape, pixels)
        profile = name.split("-")[0]
        cases.append({"name": name, "image": {"profile": profile, **steps}, "shape": shape, "expected": expected})
    (folder / "cases.json").write_text(json.dumps({"pictures": list(pictures), "cases": cases}))


main()
