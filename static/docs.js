// The two pages of the API's document. Nothing is asked of other hosts: no validator, no fonts, no logo.
const SOURCE = "/openapi.json";

const redoc = document.getElementById("redoc");
if (redoc) {
  // Its styles are made in the browser; the page's policy lets them in by this mark.
  window.Redoc.init(SOURCE, { nonce: redoc.dataset.nonce, hideLoading: true }, redoc);
} else {
  window.SwaggerUIBundle({
    url: SOURCE,
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
}
