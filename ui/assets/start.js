// Starts the view. A file of its own, so that the page needs no inline script.
addEventListener("pageshow", (event) => {
  // Brought back as it was left: whoever left it may have signed out since.
  if (event.persisted) {
    document.documentElement.hidden = true;
    location.reload();
  }
});
const { js, wasm } = document.getElementById("start").dataset;
try {
  const { default: start } = await import(js);
  await start({ module_or_path: wasm });
} catch (fault) {
  dispatchEvent(new CustomEvent("migasfree:broken", { detail: String(fault) }));
}
