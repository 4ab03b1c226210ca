"""The service as FastAPI's own documentation would have it written: typed request, typed answer, ONNX Runtime.

The handler is a coroutine: a run of these models is short, and a thread pool would only add to it.
"""

import os

import numpy as np
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
labels = [f"class_{i}" for i in range(session.get_outputs()[0].shape[1])]
app = FastAPI()


class Question(BaseModel):
    instances: list[list[float]]


class Prediction(BaseModel):
    label: str
    probabilities: dict[str, float]


class Answer(BaseModel):
    predictions: list[Prediction]
    model_name: str
    model_version: str


@app.get("/v2/health/ready")
async def ready() -> None:
    return None


@app.post("/predict")
async def predict(question: Question) -> Answer:
    (rows,) = session.run(["probabilities"], {"x": np.asarray(question.instances, dtype=np.float32)})
    return Answer(
        predictions=[
            Prediction(label=labels[int(row.argmax())], probabilities=dict(zip(labels, row.tolist()))) for row in rows
        ],
        model_name="model",
        model_version="1.0.0",
    )
