// exit: 1
class HttpError extends Error {
  name = 'HttpError';
  constructor(status, options) {
    super(`status ${status}`, options);
    this.status = status;
  }
}
function fetch() {
  try {
    JSON.parse('{"a": tru}');
  } catch (error) {
    throw new HttpError(500, { cause: error });
  }
}
fetch();
