/** In the place of src/hooks/ where tests ask the fixture's model: jest.config.js says which. */
export const preprocess = undefined;
export const postprocess = undefined;
