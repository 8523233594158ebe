// A VNC server of a computer in an element of the page, by noVNC.
import RFB from "./core/rfb.js";
import { initLogging } from "./core/util/logging.js";

// What goes wrong is told in the page.
initLogging("none");

const MODIFIERS = ["Control", "Alt", "Shift", "Meta"];

// What noVNC takes for a connection: the shape of a WebSocket, over a stream that is open already.
function channelOver(told) {
  return {
    binaryType: "arraybuffer",
    protocol: "",
    readyState: "open",
    onopen: null,
    onmessage: null,
    onerror: null,
    onclose: null,
    send: (bytes) => told.send(bytes.slice()),
    close() {
      if (this.readyState === "closed") return;
      this.readyState = "closed";
      // It is not heard before whoever closes it is done.
      queueMicrotask(() => this.onclose?.({}));
    },
  };
}

window.migasfreeVnc = {
  // `told` has `send(bytes)`, `asks(what)`, `connected(name)`, `failed(reason)`, `ended()` and `copied(text)`.
  open(place, told) {
    const channel = channelOver(told);
    const rfb = new RFB(place, channel, { shared: true });
    rfb.background = "transparent";
    rfb.scaleViewport = true;
    let name = "";
    let isClosed = false;
    const hear = (event, heard) => rfb.addEventListener(event, ({ detail }) => isClosed || heard(detail));
    hear("connect", () => {
      told.connected(name);
      rfb.focus();
    });
    hear("desktopname", (detail) => {
      name = detail.name;
    });
    hear("credentialsrequired", ({ types }) => told.asks(types.join(" ")));
    // The tunnel ends on the computer itself, which showed who it is.
    hear("serververification", () => rfb.approveServer());
    hear("securityfailure", ({ reason }) => told.failed(reason ?? ""));
    hear("clipboard", ({ text }) => told.copied(text));
    hear("disconnect", () => told.ended());
    // Keys that are down there. noVNC hears of none that comes up elsewhere in the page, and lets none up while one only looks on.
    const held = new Set();
    const release = () => {
      const picture = place.querySelector("canvas");
      // This one some systems tell when it changes what is typed, and not when it comes up.
      held.delete("CapsLock");
      for (const code of [...held]) picture?.dispatchEvent(new KeyboardEvent("keyup", { code }));
      held.clear();
    };
    const keydown = (event) => {
      if (!(event.ctrlKey && event.altKey && event.shiftKey && MODIFIERS.includes(event.key))) return held.add(event.code);
      event.preventDefault();
      event.stopPropagation();
      release();
      rfb.blur();
      place.parentElement.querySelector("button")?.focus();
    };
    const keyup = (event) => held.delete(event.code);
    const heard = [
      ["keydown", keydown],
      ["keyup", keyup],
      ["focusout", release],
    ];
    for (const [name, act] of heard) place.addEventListener(name, act, { capture: true });
    return {
      take: (bytes) => channel.onmessage?.({ data: bytes.buffer }),
      // The stream has ended.
      gone: () => channel.close(),
      answer: (username, password) => rfb.sendCredentials({ username, password, target: "" }),
      scale: (name) => {
        rfb.scaleViewport = name === "fit";
      },
      viewOnly: (on) => {
        if (on) release();
        rfb.viewOnly = on;
      },
      focus: () => rfb.focus(),
      ctrlAltDel: () => rfb.sendCtrlAltDel(),
      paste: (text) => rfb.clipboardPasteFrom(text),
      full: () => place.parentElement.requestFullscreen(),
      copy: (text) => navigator.clipboard.writeText(text),
      close() {
        // Who would hear of the end is gone.
        isClosed = true;
        for (const [name, act] of heard) place.removeEventListener(name, act, { capture: true });
        rfb.disconnect();
      },
    };
  },
};
