"""A text classifier that takes token ids, with its tokenizer.json as Hugging Face's library writes it.

    python test/models/token-ids/train.py

Word pieces are learned from the messages of support-mail; the network averages their vectors where the mask says so.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

sys.path.append(str(Path(__file__).parents[1]))
from samples import classified, write

torch.manual_seed(0)
folder = Path(__file__).parent
lines = (folder.parent / "support-mail/messages.tsv").read_text().splitlines()
teams, messages = zip(*(line.split("\t") for line in lines), strict=True)
labels = sorted(set(teams))

tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
tokenizer.decoder = decoders.WordPiece()
special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
tokenizer.train_from_iterator(messages, trainers.WordPieceTrainer(vocab_size=300, special_tokens=special, show_progress=False))
tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.vectors = torch.nn.Embedding(tokenizer.get_vocab_size(), 8)
        self.scores = torch.nn.Linear(8, len(labels))

    def forward(self, input_ids, attention_mask):
        mask = attention_mask.unsqueeze(2).float()
        mean = (self.vectors(input_ids) * mask).sum(1) / mask.sum(1)
        return torch.softmax(self.scores(mean), dim=1)


def batch(texts):
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
    encoded = tokenizer.encode_batch(list(texts))
    return torch.tensor([e.ids for e in encoded]), torch.tensor([e.attention_mask for e in encoded])


network = Network()
x, mask = batch(messages)
y = torch.tensor([labels.index(team) for team in teams])
optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
for _ in range(200):
    optimizer.zero_grad()
    torch.nn.functional.nll_loss(network(x, mask).log(), y).backward()
    optimizer.step()
network.eval()

names = ["input_ids", "attention_mask"]
axes = {name: {0: "batch", 1: "tokens"} for name in names} | {"probabilities": {0: "batch"}}
torch.onnx.export(
    network,
    (x[:2], mask[:2]),
    str(folder / "model.onnx"),
    dynamo=False,
    input_names=names,
    output_names=["probabilities"],
    dynamic_axes=axes,
    opset_version=17,
)
samples = ["Why was my card charged twice?", "The parcel has not ARRIVED — where is it?", "ok"]
with torch.no_grad():
    answers = [network(*batch([text]))[0].double().numpy() for text in samples]
tokenizer.no_padding()
tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
predictions = classified([f"class_{index}" for index in range(len(labels))], answers)
write(folder, (folder / "model.onnx").read_bytes(), [{"text": text} for text in samples], predictions)
