// Stands in for Play's window in a browser: its commands over HTTP, its events as they come.
{
  const invoke = async (command, values) => {
    if (command === "open_link") {
      open(values.link, "_blank", "noopener");
      return null;
    }
    const response = await fetch(`/shell/command/${command}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(values ?? {}),
    });
    const answer = await response.json();
    if (!response.ok) throw answer;
    return answer;
  };
  const listen = async (_name, handler) => {
    const events = new EventSource("/shell/events");
    events.addEventListener("message", ({ data }) => handler({ payload: JSON.parse(data) }));
    await new Promise((ready) => events.addEventListener("open", ready, { once: true }));
    return 0;
  };
  globalThis.__TAURI__ = { core: { invoke }, event: { listen } };

  // A browser knows no `icon:`.
  const set = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    set.call(this, name, name === "src" ? String(value).replace(/^icon:\/\/localhost/, "/shell/icon") : value);
  };
}
