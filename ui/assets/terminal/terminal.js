// A terminal in an element of the page, by xterm.js. It writes its styles into style elements, which the policy of the
// console forbids; sheets that are made by a script are allowed, so what it writes goes there.
import { FitAddon } from "./addon-fit.js";
import { Terminal } from "./xterm.js";

const MODIFIERS = ["Control", "Alt", "Shift", "Meta"];

function withSheets(work) {
  const sheets = [];
  const make = Document.prototype.createElement;
  document.createElement = function (name, ...rest) {
    // Even an empty one is not let into the page.
    const element = make.call(this, name === "style" ? "template" : name, ...rest);
    if (name === "style") {
      const sheet = new CSSStyleSheet();
      sheets.push(sheet);
      Object.defineProperty(element, "textContent", { set: (text) => sheet.replaceSync(text) });
    }
    return element;
  };
  try {
    work();
  } finally {
    delete document.createElement;
  }
  document.adoptedStyleSheets.push(...sheets);
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheets.includes(sheet));
  };
}

window.migasfreeTerminal = {
  // `typed` is called with bytes, `sized` with columns and rows. Without them nobody types, and it has the size it is given.
  open(place, options, typed, sized) {
    const terminal = new Terminal({ ...options, convertEol: false });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    const dropSheets = withSheets(() => terminal.open(place));
    const encoder = new TextEncoder();
    if (typed) {
      terminal.onData((text) => typed(encoder.encode(text)));
      terminal.onBinary((text) => typed(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
      terminal.onResize(({ cols, rows }) => sized(cols, rows));
      // The tabulator goes to the computer: without this no key leads out of it.
      terminal.attachCustomKeyEventHandler((event) => {
        const leaves = event.ctrlKey && event.altKey && event.shiftKey && MODIFIERS.includes(event.key);
        if (!leaves || event.type !== "keydown") return true;
        terminal.blur();
        place.parentElement.querySelector("button")?.focus();
        return false;
      });
    }
    const watch = new ResizeObserver(() => fit.fit());
    if (typed) {
      watch.observe(place);
      fit.fit();
      terminal.focus();
    }
    return {
      columns: () => terminal.cols,
      rows: () => terminal.rows,
      resize: (columns, rows) => terminal.resize(columns, rows),
      // `done` is called when it was drawn, so that no more is asked for than can be shown.
      write: (bytes, done) => terminal.write(bytes, done),
      focus: () => terminal.focus(),
      text: () => {
        const lines = [];
        const buffer = terminal.buffer.active;
        for (let line = 0; line < buffer.length; line += 1) lines.push(buffer.getLine(line).translateToString(true));
        return lines.join("\n").trimEnd();
      },
      close: () => {
        watch.disconnect();
        terminal.dispose();
        dropSheets();
      },
    };
  },
};
