/** A page to try the model: its form is made from /metadata, its questions go to /predict. */

const byId = (id) => document.getElementById(id);

/** @param {string} tag @param {Record<string, unknown>} properties @param {(Node | string)[]} children */
function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

async function fetchJson(path, init) {
  const response = await fetch(path, init);
  return { status: response.status, body: await response.json() };
}

const NUMBER = /^(?!BYTES|BOOL)/;

/** The columns of a table, or nothing where an instance is a tensor. */
function columnsOf({ model_type: type, inputs }) {
  const isTable =
    type.startsWith('tabular-') &&
    inputs.every(({ features, shape }) => features || shape.slice(1).every((n) => n === 1));
  if (!isTable) return undefined;
  return inputs.flatMap(({ name, datatype, features = [{ name }] }) =>
    features.map((feature) => ({ ...feature, datatype })),
  );
}

function hintOf({ unit, min, max, datatype }) {
  const range = min === undefined && max === undefined ? undefined : `${min ?? '…'} to ${max ?? '…'}`;
  return [range, unit ?? (NUMBER.test(datatype) ? undefined : datatype === 'BYTES' ? 'text' : 'true or false')]
    .filter(Boolean)
    .join(' ');
}

function fieldOf(column) {
  const id = `field-${column.name}`;
  const input = element('input', {
    id,
    name: column.name,
    autocomplete: 'off',
    inputMode: NUMBER.test(column.datatype) ? 'decimal' : 'text',
    required: !column.nullable,
  });
  const options = column.categories?.map((value) => element('option', { value })) ?? [];
  if (options.length > 0) input.setAttribute('list', `${id}-list`);
  const list = element('datalist', { id: `${id}-list` }, ...options);
  const label = element(
    'label',
    { htmlFor: id },
    column.name.replaceAll('_', ' '),
    element('span', { className: 'hint' }, hintOf(column)),
  );
  return element('div', { className: 'field' }, label, input, list);
}

/** What a person typed, as the value that the model's column takes. */
function typedValue(text, { datatype }) {
  if (text === '') return null;
  if (datatype === 'BYTES') return text;
  if (datatype === 'BOOL') return text === 'true' || text === '1';
  if (datatype.endsWith('INT64')) return text;
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function createForm(metadata) {
  const columns = columnsOf(metadata);
  const fields = byId('fields');
  if (columns) {
    fields.replaceChildren(...columns.map(fieldOf));
    const inputs = columns.map((column) => fields.querySelector(`[name="${CSS.escape(column.name)}"]`));
    return {
      read: () =>
        Object.fromEntries(columns.map((column, i) => [column.name, typedValue(inputs[i].value.trim(), column)])),
      write: (instance) => {
        columns.forEach(({ name }, i) => {
          inputs[i].value = (Array.isArray(instance) ? instance[i] : instance[name]) ?? '';
        });
      },
      mark: (message) => {
        columns.forEach(({ name }, i) => {
          inputs[i].setAttribute('aria-invalid', String(message.includes(`.${name}:`)));
        });
      },
    };
  }
  const area = element('textarea', { id: 'instance', spellcheck: false });
  const names = metadata.inputs.map(({ name }) => name).join(', ');
  fields.replaceChildren(
    element(
      'div',
      { className: 'field' },
      element('label', { htmlFor: 'instance' }, `One instance as JSON: ${names}`),
      area,
    ),
  );
  return {
    read: () => JSON.parse(area.value),
    write: (instance) => {
      area.value = JSON.stringify(instance, null, 2);
    },
    mark: (message) => area.setAttribute('aria-invalid', String(message !== '')),
  };
}

function showPrediction(prediction) {
  const { label, labels, probabilities, scores, value } = prediction;
  const answer = labels ? labels.join(', ') || 'none of the labels' : label;
  if (scores) {
    const rows = Object.entries(scores)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 10)
      .map(([name, score]) => {
        const number = element('span', { className: 'share' }, String(Number(score.toPrecision(5))));
        return element('li', {}, element('span', { className: 'row' }, name, number));
      });
    byId('result').replaceChildren(
      element('p', { className: 'answer' }, answer),
      element('ul', { className: 'bars' }, ...rows),
    );
  } else if (probabilities) {
    const bars = Object.entries(probabilities)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 10)
      .map(([name, share]) => {
        const percent = `${(share * 100).toFixed(1)} %`;
        const row = element('span', { className: 'row' }, name, element('span', { className: 'share' }, percent));
        const bar = element('progress', { max: 1, value: share });
        bar.setAttribute('aria-label', `${name}: ${percent}`);
        return element('li', {}, row, bar);
      });
    byId('result').replaceChildren(
      element('p', { className: 'answer' }, answer),
      element('ul', { className: 'bars' }, ...bars),
    );
  } else if (typeof value === 'number') {
    byId('result').replaceChildren(element('p', { className: 'answer' }, String(Number(value.toPrecision(7)))));
  } else {
    byId('result').replaceChildren(element('pre', { tabIndex: 0 }, JSON.stringify(prediction, null, 2)));
  }
}

function showError({ error, code }) {
  byId('result').replaceChildren(element('p', { className: 'error' }, error, element('code', {}, code)));
}

async function ask(form, metadata) {
  byId('send').disabled = true;
  form.mark('');
  try {
    const request = { instances: [form.read()] };
    const started = performance.now();
    const { body } = await fetchJson('/predict', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
    });
    const ms = performance.now() - started;
    byId('latency').textContent = `${ms.toFixed(1)} ms, ${metadata.model_name} ${metadata.model_version}`;
    byId('exchange').textContent =
      `POST /predict\n${JSON.stringify(request, null, 2)}\n\n${JSON.stringify(body, null, 2)}`;
    if (body.predictions) showPrediction(body.predictions[0]);
    else {
      showError(body);
      form.mark(body.error);
    }
  } catch (error) {
    showError({ error: error.message, code: 'NOT_SENT' });
  } finally {
    byId('send').disabled = false;
  }
}

async function showState() {
  const { body } = await fetchJson('/v2/health/ready').catch(() => ({
    body: { ready: false, error: 'not reachable' },
  }));
  byId('state').dataset.ready = String(body.ready);
  byId('state-text').textContent = body.ready ? 'ready' : `not ready: ${body.error}`;
}

async function main() {
  const { body: metadata } = await fetchJson('/metadata');
  document.title = `${metadata.model_name} ${metadata.model_version}`;
  byId('name').textContent = metadata.model_name;
  byId('version').textContent = metadata.model_version;
  byId('kind').textContent = metadata.model_type.replace('-', ' ');
  byId('facts').textContent =
    `template ${metadata.template_version}, onnxruntime ${metadata.runtime ?? 'loading'}, ${metadata.workers} worker${metadata.workers === 1 ? '' : 's'}`;
  if (metadata.placeholder) {
    byId('notice').textContent =
      'This model is a placeholder: it answers the same to everything until a trained one is released.';
    byId('notice').hidden = false;
  }
  const form = createForm(metadata);
  byId('form').addEventListener('submit', (event) => {
    event.preventDefault();
    void ask(form, metadata);
  });

  // A sample that arrives late must not take the place of what was typed meanwhile.
  let typed = false;
  byId('form').addEventListener('input', () => {
    typed = true;
  });
  let next = 0;
  const fetchSample = () => fetchJson(`/predict/test?sample=${next}`);
  const useSample = async (asked) => {
    let { status, body } = await fetchSample();
    if (status === 400 && next > 0) {
      next = 0;
      ({ status, body } = await fetchSample());
    }
    if (status !== 200) return false;
    if (asked || !typed) form.write(body.instance);
    next += 1;
    return true;
  };
  byId('sample').addEventListener('click', async () => {
    if (await useSample(true)) await ask(form, metadata);
  });
  byId('sample').hidden = !(await useSample(false));
  await showState();
  setInterval(showState, 5000);
}

main().catch((error) => showError({ error: error.message, code: 'NOT_LOADED' }));
