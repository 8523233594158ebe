// When the view itself fails, a page in plain words takes its place. It is made without the view, of which nothing works any more, and it is loaded before
// the view, so that it also tells of one that cannot start.
{
  const WORDS = "{{broken}}";
  // What the view would answer, now that it cannot: its listeners would only fail again.
  const DEAF = [
    "beforeunload", "change", "click", "close", "dragover", "drop", "focusin", "focusout", "input", "keydown", "keyup", "mousedown", "mousemove",
    "pointerdown", "pointermove", "pointerover", "popstate", "resize", "scroll", "submit", "toggle", "wheel",
  ];
  const { work } = document.currentScript.dataset;
  const faults = [];
  let page = null;
  // Until the view says which language it speaks.
  document.documentElement.lang = navigator.language || "en";

  const words = () => {
    return WORDS[document.documentElement.lang.split("-")[0]] || WORDS.en;
  };

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const details = () =>
    [...faults, location.pathname, new Date().toISOString(), navigator.userAgent].join("\n");

  const copy = async (button, text) => {
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      // Without a secure context there is no clipboard: the selection is copied the old way.
      getSelection().selectAllChildren(text);
      document.execCommand("copy");
    }
    button.textContent = words().copied;
  };

  const show = () => {
    if (page) {
      page.querySelector("pre").textContent = details();
      return;
    }
    const said = words();
    const text = element("pre", { tabIndex: 0, textContent: details() });
    const reload = element("button", { type: "button", className: "btn btn-primary", textContent: said.reload });
    const button = element("button", { type: "button", className: "btn btn-plain btn-sm", textContent: said.copy });
    page = element(
      "main",
      { id: "broken", className: "broken-page" },
      element("img", { src: "/assets/mark.svg", alt: "", width: 40, height: 40 }),
      element("h1", { tabIndex: -1, textContent: said.title }),
      element("p", { textContent: said.text }),
      ...(work ? [element("p", { textContent: said.begun })] : []),
      element("div", { className: "broken-actions" }, reload),
      element("p", { className: "text-muted", textContent: said.again }),
      element("details", { className: "details" }, element("summary", { textContent: said.details }), text, button),
    );
    page.setAttribute("role", "alert");
    const presses = new Map([
      [reload, () => location.reload()],
      [button, () => copy(button, text)],
    ]);
    for (const name of DEAF) {
      addEventListener(name, (event) => {
        event.stopImmediatePropagation();
        if (name === "click") presses.get(event.target)?.();
      }, { capture: true });
    }
    document.title = said.title;
    document.body.replaceChildren(page);
    page.querySelector("h1").focus();
  };

  const note = (fault) => {
    if (!faults.includes(fault)) faults.push(fault);
    // Not from within: the view may be in the middle of something.
    setTimeout(show);
  };

  // A fault that the view noticed itself.
  addEventListener("migasfree:broken", (event) => {
    console.error(event.detail);
    note(event.detail);
  });
  // One that it could not: no memory, no stack, a part that did not load.
  const noticed = (fault) => {
    const fatal = fault instanceof WebAssembly.RuntimeError || (fault instanceof Error && /call stack|recursion/i.test(fault.message));
    if (fatal) note(`${fault.name}: ${fault.message}`);
  };
  addEventListener("error", (event) => noticed(event.error));
  addEventListener("unhandledrejection", (event) => noticed(event.reason));
}
