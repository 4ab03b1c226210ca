//! What a native server can do: axum on one thread, ONNX Runtime, and micro-batches of the requests that wait.
//!
//! `MODEL=model.onnx PORT=8080 ORT_DYLIB_PATH=libonnxruntime.so native-peer`: POST /predict takes {"instances": [[...]]}.

use std::{env, sync::Arc, thread};

use axum::{
    body::Bytes,
    extract::State,
    http::{header::CONTENT_TYPE, StatusCode},
    response::IntoResponse,
    routing::{get, post},
    Router,
};
use ndarray::Array2;
use ort::{session::Session, value::TensorRef};
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};

const MAX_BATCH: usize = 32;

#[derive(Deserialize)]
struct Question {
    instances: Vec<Vec<f32>>,
}

struct Job {
    rows: Vec<Vec<f32>>,
    answer: oneshot::Sender<Result<Vec<Vec<f32>>, String>>,
}

struct Service {
    jobs: mpsc::Sender<Job>,
    width: usize,
    labels: Vec<String>,
}

/// Runs the model on a thread of its own: everything that waits shares a run.
fn run_batches(mut session: Session, mut jobs: mpsc::Receiver<Job>, width: usize, classes: usize) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        let mut rows = batch[0].rows.len();
        while rows < MAX_BATCH {
            let Ok(next) = jobs.try_recv() else { break };
            rows += next.rows.len();
            batch.push(next);
        }
        let flat: Vec<f32> = batch.iter().flat_map(|job| job.rows.iter().flatten().copied()).collect();
        match infer(&mut session, flat, rows, width) {
            Ok(scores) => {
                let mut chunks = scores.chunks(classes);
                for job in batch {
                    let own = chunks.by_ref().take(job.rows.len()).map(<[f32]>::to_vec).collect();
                    let _ = job.answer.send(Ok(own));
                }
            }
            Err(error) => {
                for job in batch {
                    let _ = job.answer.send(Err(error.clone()));
                }
            }
        }
    }
}

fn infer(session: &mut Session, flat: Vec<f32>, rows: usize, width: usize) -> Result<Vec<f32>, String> {
    let x = Array2::from_shape_vec((rows, width), flat).map_err(|error| error.to_string())?;
    let input = TensorRef::from_array_view(&x).map_err(|error| error.to_string())?;
    let outputs = session.run(ort::inputs!["x" => input]).map_err(|error| error.to_string())?;
    let (_, scores) = outputs["probabilities"].try_extract_tensor::<f32>().map_err(|error| error.to_string())?;
    Ok(scores.to_vec())
}

async fn predict(State(service): State<Arc<Service>>, body: Bytes) -> axum::response::Response {
    let Ok(Question { instances }) = serde_json::from_slice(&body) else {
        return (StatusCode::BAD_REQUEST, "expected {\"instances\": [[...]]}").into_response();
    };
    if instances.is_empty() || instances.iter().any(|row| row.len() != service.width) {
        return (StatusCode::BAD_REQUEST, "a row has another width").into_response();
    }
    let (answer, answered) = oneshot::channel();
    if service.jobs.send(Job { rows: instances, answer }).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match answered.await {
        Ok(Ok(rows)) => ([(CONTENT_TYPE, "application/json")], write(&service.labels, &rows)).into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The same answer as the other servers give: the likeliest label, and the probability of each.
fn write(labels: &[String], rows: &[Vec<f32>]) -> String {
    let predictions: Vec<serde_json::Value> = rows
        .iter()
        .map(|row| {
            let best = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
            let probabilities: serde_json::Map<String, serde_json::Value> =
                labels.iter().cloned().zip(row.iter().map(|&score| serde_json::Value::from(score))).collect();
            serde_json::json!({ "label": labels[best], "probabilities": probabilities })
        })
        .collect();
    serde_json::json!({ "predictions": predictions, "model_name": "model", "model_version": "1.0.0" }).to_string()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let session = Session::builder()?.with_intra_threads(1)?.commit_from_file(env::var("MODEL")?)?;
    let axis = |shape: Option<&ort::tensor::Shape>| shape.and_then(|axes| axes.last().copied()).unwrap_or(0) as usize;
    let width = axis(session.inputs[0].input_type.tensor_shape());
    let classes = axis(session.outputs[0].output_type.tensor_shape());
    let (jobs, waiting) = mpsc::channel(1024);
    thread::spawn(move || run_batches(session, waiting, width, classes));
    let labels = (0..classes).map(|class| format!("class_{class}")).collect();
    let service = Arc::new(Service { jobs, width, labels });
    let app = Router::new()
        .route("/v2/health/ready", get(|| async { StatusCode::OK }))
        .route("/predict", post(predict))
        .with_state(service);
    let address = format!("127.0.0.1:{}", env::var("PORT")?);
    axum::serve(tokio::net::TcpListener::bind(address).await?, app).await?;
    Ok(())
}
