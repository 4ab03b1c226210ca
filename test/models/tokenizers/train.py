"""Small tokenizers of every family, and the ids that Python's `tokenizers` makes of awkward texts.

    python test/models/tokenizers/train.py

Writes `<family>.json` (tokenizer.json as the library saves it) and `expected.json`: the texts, the pairs of texts, and for each
family the ids and types of each text, whole and cut as the family's `truncation` says.
"""

import io
import json
import random
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

random.seed(0)
folder = Path(__file__).parent
LINES = (folder.parent / "support-mail/messages.tsv").read_text().splitlines()
CORPUS = [line.split("\t")[1] for line in LINES]
FOREIGN = ["où est mon café naïve", "Straße ΟΔΟΣ ὀδυσσεύς σας", "한국어 문장 입니다", "日本語のテキスト です", "привет мир ёлка", "שלום עולם", "हिन्दी पाठ"]
CORPUS += FOREIGN

PIECES = [
    "", " ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2009", "\u3000", "\u200b", "\u200d", "\ufeff", "\u2028", "\u0085", "\u00ad",
    "a", "A", "the", "parcel", "PARCEL", "Where is my parcel?", "charged twice", "don't", "I'll", "we've", "it's",
    "0", "7", "12", "123", "1234567890", "3.14", "1,000", "٣٤", "½", "²", "Ⅷ", "①", "㎏",
    "café", "cafe\u0301", "naïve", "Åse", "A\u030a", "ﬁ", "ﬀ", "ß", "ẞ", "İ", "ı", "i\u0307", "ΟΔΟΣ", "ΑΣ", "σας", "Σ", "ὈΔΥΣΣΕΎΣ", "ǅ", "ŉ",
    "한국어", "한\u1100\u1161", "日本語", "東京タワー", "ｱｲｳ", "ＦＵＬＬ", "中文字符", "привет", "ЁЛКА", "שלום", "مرحبا", "हिन्दी", "ไทย", "ქართული",
    "😀", "👨‍👩‍👧", "🇩🇪", "👍🏽", "𝒜", "𠮷", "\U000e0041", "\U0010ffff",
    "!", "?!", "...", "…", "—", "-", "_", "a_b", "a-b", "#tag", "@me", "a@b.co", "https://x.y/z?q=1&r=%20", "<br/>", "$5", "€9", "`", "^", "~", "\\",
    "\x00", "\x01", "\x1b[0m", "\x7f", "\x9f", "\ufffd", "\ufffe", "\ue000",
    "[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD]", "<s>", "</s>", "<unk>", "<pad>", "<mask>", "<|endoftext|>", "<|begin_of_text|>", "▁", "▁a", "##ing", "Ġ", "Ċ", "<0x41>",
]


def texts():
    """Each piece alone and with a neighbour on either side, then mixtures; at least 300, none twice."""
    found = dict.fromkeys(PIECES)
    found |= dict.fromkeys(f"{piece} the parcel" for piece in PIECES[1:])
    found |= dict.fromkeys(f"parcel{piece}" for piece in PIECES[1:])
    found |= dict.fromkeys(FOREIGN)
    found |= dict.fromkeys(["a" * 99, "a" * 101, "é" * 60, "x " * 30, "\u0301" * 9, "?" * 40, "한" * 30, "😀" * 20])
    for _ in range(80):
        found[random.choice(["", " "]).join(random.choices(PIECES, k=random.randint(2, 5)))] = None
    return list(found)


def wordpiece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=400, special_tokens=special, show_progress=False))
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.enable_truncation(12)
    tokenizer.enable_padding(length=16)
    return tokenizer


def wordpiece_lowercase():
    """`Lowercase` and `StripAccents`, whose final sigma and dotted I are Unicode's; cut at its beginning."""
    tokenizer = wordpiece()
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)])
    tokenizer.enable_truncation(10, direction="left")
    tokenizer.enable_padding(direction="left", pad_id=0, pad_token="[PAD]", pad_to_multiple_of=4)
    return tokenizer


def bpe():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["<unk>", "<s>", "</s>", "<pad>"]
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=special, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator(CORPUS[:-5], trainer)
    tokenizer.enable_truncation(12, strategy="only_first")
    return tokenizer


def byte_level(special, processor, pre_tokenizer, unused=()):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.post_processor = processor
    tokenizer.enable_truncation(12)
    return tokenizer


def gpt2():
    return byte_level(["<|endoftext|>"], processors.ByteLevel(trim_offsets=False), pre_tokenizers.ByteLevel(add_prefix_space=False))


def roberta():
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    return byte_level(special, processors.RobertaProcessing(("</s>", 2), ("<s>", 0)), pre_tokenizers.ByteLevel(add_prefix_space=True))


def llama3():
    pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    begin = "<|begin_of_text|>"
    template = processors.TemplateProcessing(single=f"{begin} $A", pair=f"{begin} $A {begin} $B:1", special_tokens=[(begin, 0)])
    processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    pre = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    return byte_level([begin, "<|endoftext|>"], processor, pre)


def sentencepiece_of(**settings):
    """A trained model of sentencepiece: its pieces and its own charsmap."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=model, vocab_size=420, hard_vocab_limit=False, minloglevel=2, **settings
    )
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return proto


def unigram():
    """As XLM-R's: the charsmap of sentencepiece (nmt_nfkc)."""
    proto = sentencepiece_of(model_type="unigram", bos_id=0, pad_id=1, eos_id=2, unk_id=3)
    tokenizer = Tokenizer(models.Unigram([(piece.piece, piece.score) for piece in proto.pieces], unk_id=3))
    charsmap = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    tokenizer.normalizer = normalizers.Sequence([charsmap, normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.enable_truncation(12)
    return tokenizer


def unigram_bytes():
    """What has no piece becomes its bytes."""
    proto = sentencepiece_of(model_type="unigram", byte_fallback=True, unk_id=0, normalization_rule_name="identity")
    tokenizer = Tokenizer(models.Unigram([(piece.piece, piece.score) for piece in proto.pieces], unk_id=0, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    tokenizer.enable_truncation(12)
    return tokenizer


def wordlevel():
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer.train_from_iterator(CORPUS, trainers.WordLevelTrainer(vocab_size=300, special_tokens=special, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.enable_truncation(12, strategy="only_second")
    return tokenizer


FAMILIES = [wordpiece, wordpiece_lowercase, bpe, gpt2, roberta, llama3, unigram, unigram_bytes, wordlevel]
TEXTS = texts()
PAIRS = [[random.choice(TEXTS[1:]), random.choice(TEXTS[1:])] for _ in range(60)]


def lists(encoding):
    return [encoding.ids, encoding.type_ids]


def answers(tokenizer):
    """The ids and types of each text and pair; `cut` where the truncation of the file applies, null where Python refuses."""
    tokenizer.no_padding()
    truncation = tokenizer.truncation

    def encode(*parts):
        try:
            return lists(tokenizer.encode(*parts))
        except Exception:
            return None

    cut = [encode(text) for text in TEXTS], [encode(*pair) for pair in PAIRS]
    tokenizer.no_truncation()
    whole = [encode(text) for text in TEXTS], [encode(*pair) for pair in PAIRS]
    limit = truncation["max_length"]
    changed = [
        {str(at): own for at, (own, full) in enumerate(zip(short, long, strict=True)) if own != full}
        for short, long in zip(cut, whole, strict=True)
    ]
    return {"maxLength": limit, "texts": whole[0], "pairs": whole[1], "cutTexts": changed[0], "cutPairs": changed[1]}


expected = {}
for family in FAMILIES:
    tokenizer = family()
    name = family.__name__.replace("_", "-")
    tokenizer.save(str(folder / f"{name}.json"), pretty=False)
    expected[name] = answers(tokenizer)
assert len(TEXTS) >= 300
body = ",\n".join(f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}" for name, value in expected.items())
head = json.dumps({"texts": TEXTS, "pairs": PAIRS}, separators=(",", ":"))[:-1]
(folder / "expected.json").write_text(f'{head},\n"families": {{\n{body}\n}}}}\n')
