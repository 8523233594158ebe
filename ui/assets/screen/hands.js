// Pointer and keys over a picture. What is typed goes to a field that nobody sees, for accents that take two keys, input
// methods, pasting and keyboards on glass.
import { fingers } from "./fingers.js";

// In the order of the numbers that browsers have for buttons: left, right, middle, back, forward.
const BUTTONS = [1, 4, 2, 8, 16];
// What browsers count for one notch of a wheel, in pixels, lines and pages.
const NOTCHES = [100, 3, 1];
const MODIFIERS = ["Control", "Alt", "Shift", "Meta"];

const buttonsOf = (event) => BUTTONS.reduce((all, bit, index) => all | (event.buttons & (1 << index) ? bit : 0), 0);
// It is typed as a text, not as a key.
const isComposed = (event) => event.isComposing || ["", "Dead", "Process", "Unidentified"].includes(event.key);
const isPaste = (event) =>
  ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "v") ||
  (event.shiftKey && event.key === "Insert");

export function hands(place, canvas, told) {
  const field = document.createElement("textarea");
  field.className = "remote-keys";
  field.setAttribute("aria-label", canvas.getAttribute("aria-label"));
  field.setAttribute("autocapitalize", "off");
  field.setAttribute("autocomplete", "off");
  field.spellcheck = false;
  let active = false;
  let moved = null;
  let turn = 0;
  let lastMove = 0;
  let pasting = null;

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const inside = (value, from, size, most) =>
      Math.round(Math.min(Math.max(((value - from) / (size || 1)) * most, 0), most - 1));
    return [
      inside(event.clientX, box.left, box.width, canvas.width),
      inside(event.clientY, box.top, box.height, canvas.height),
    ];
  };
  const tell = (point, buttons) => {
    cancelAnimationFrame(turn);
    turn = 0;
    told.pointer(...point, buttons);
  };
  const later = (point, buttons) => {
    moved = [point, buttons];
    turn ||= requestAnimationFrame(() => tell(...moved));
  };
  const touched = fingers({ at, tell, later, wheel: (x, y) => told.wheel(x, y) });
  const focus = () => active && field.focus({ preventScroll: true });

  const pointer = (event) => {
    if (!active) return;
    lastMove = performance.now();
    event.preventDefault();
    if (event.type === "pointerdown") {
      canvas.setPointerCapture(event.pointerId);
      focus();
    }
    if (event.pointerType === "touch") return touched[event.type]?.(event);
    if (event.type === "pointermove" && event.button === -1) later(at(event), buttonsOf(event));
    else tell(at(event), buttonsOf(event));
  };
  const wheel = (event) => {
    if (!active) return;
    event.preventDefault();
    const notches = NOTCHES[event.deltaMode] ?? 1;
    const part = (delta) => Math.max(-32767, Math.min(32767, Math.round((delta / notches) * 120)));
    told.wheel(part(event.deltaX), part(event.deltaY));
  };

  const key = (event, down) =>
    told.key(event.key, event.code, event.location, down, event.getModifierState("AltGraph"));
  const finishPaste = (text) => {
    if (!pasting) return;
    const { event, timer } = pasting;
    pasting = null;
    clearTimeout(timer);
    if (text) told.pasted(text);
    key(event, true);
  };
  const leave = () => {
    told.idle();
    field.blur();
    place.parentElement.querySelector("button")?.focus();
  };
  const keydown = (event) => {
    if (event.ctrlKey && event.altKey && event.shiftKey && MODIFIERS.includes(event.key)) return leave();
    if (isComposed(event)) return;
    if (isPaste(event)) {
      // The browser says what is pasted, without asking anybody; the keys follow it.
      if (!pasting) pasting = { event, timer: setTimeout(finishPaste, 100) };
      return;
    }
    event.preventDefault();
    key(event, true);
  };
  const keyup = (event) => {
    event.preventDefault();
    finishPaste();
    // While it is held, some systems do not say which others come up.
    if (event.key === "Meta") told.idle();
    else key(event, false);
  };
  const composed = (event) => {
    if (event.type === "input" && event.isComposing) return;
    if (event.inputType === "deleteContentBackward") told.typed("\b");
    else if (event.inputType === "insertLineBreak") told.typed("\n");
    // What was composed came with the end of it.
    else if (event.data && event.inputType !== "insertCompositionText") told.typed(event.data);
    field.value = "";
  };
  const pasted = (event) => {
    event.preventDefault();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (pasting) finishPaste(text);
    else if (text) told.pasted(text);
  };
  const blur = () => {
    finishPaste();
    told.idle();
  };

  const menu = (event) => active && event.preventDefault();
  const heard = [
    ...["pointerdown", "pointermove", "pointerup", "pointercancel"].map((name) => [canvas, name, pointer]),
    [canvas, "wheel", wheel],
    [canvas, "contextmenu", menu],
    [field, "keydown", keydown],
    [field, "keyup", keyup],
    [field, "input", composed],
    [field, "compositionend", composed],
    [field, "paste", pasted],
    [field, "blur", blur],
  ];
  for (const [target, name, hear] of heard) target.addEventListener(name, hear, { passive: false });

  return {
    get active() {
      return active;
    },
    isPointing: () => active && performance.now() - lastMove < 1000,
    focus,
    control(wanted) {
      if (wanted === active) return;
      active = wanted;
      place.dataset.control = active;
      if (active) return place.append(field);
      touched.forget();
      // Not every browser tells a field that it loses the keyboard when it is taken out of the page.
      blur();
      field.remove();
    },
    close() {
      cancelAnimationFrame(turn);
      touched.forget();
      clearTimeout(pasting?.timer);
      pasting = null;
      for (const [target, name, hear] of heard) target.removeEventListener(name, hear);
      field.remove();
    },
  };
}
