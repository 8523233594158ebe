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
    const hear = (event, heard) => rfb.addEventListener(event, ({ detail }) => heard(detail));
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
    const leave = (event) => {
      if (!(event.ctrlKey && event.altKey && event.shiftKey && MODIFIERS.includes(event.key))) return;
      event.preventDefault();
      event.stopPropagation();
      // Keys that are down come up when there is nothing to do.
      const was = rfb.viewOnly;
      rfb.viewOnly = true;
      rfb.viewOnly = was;
      rfb.blur();
      place.parentElement.querySelector("button")?.focus();
    };
    place.addEventListener("keydown", leave, { capture: true });
    return {
      take: (bytes) => channel.onmessage?.({ data: bytes.buffer }),
      // The stream has ended.
      gone: () => channel.close(),
      answer: (username, password) => rfb.sendCredentials({ username, password, target: "" }),
      scale: (name) => {
        rfb.scaleViewport = name === "fit";
      },
      viewOnly: (on) => {
        rfb.viewOnly = on;
      },
      focus: () => rfb.focus(),
      ctrlAltDel: () => rfb.sendCtrlAltDel(),
      paste: (text) => rfb.clipboardPasteFrom(text),
      full: () => place.parentElement.requestFullscreen(),
      copy: (text) => navigator.clipboard.writeText(text),
      close() {
        place.removeEventListener("keydown", leave, { capture: true });
        rfb.disconnect();
      },
    };
  },
};
