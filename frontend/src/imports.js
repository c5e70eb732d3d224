// Pages that ask by themselves how far the portal has come with a file.

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  const answered = detail.xhr.responseURL;
  // Signed out meanwhile: to the sign-in page as a whole, which leads back here.
  if (detail.requestConfig.elt.matches("[data-polls]") && answered && new URL(answered).pathname !== location.pathname) {
    detail.shouldSwap = false;
    location.assign(answered);
  }
});
