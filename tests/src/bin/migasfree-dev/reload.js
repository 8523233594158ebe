// Loads the page anew when the view was built anew. Only the pages of `cargo xtask dev` have this.
{
  const { shown } = document.currentScript.dataset;
  new EventSource("/dev/reload").addEventListener("message", ({ data }) => {
    if (data !== shown) location.reload();
  });
}
