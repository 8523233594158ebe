// The screen of a computer in an element of the page: draws what was decoded, and tells what is done with pointer and keys.
// Which messages that makes is not known here.
import { hands } from "./hands.js";
import { pictures } from "./pictures.js";

const CODECS = { vp9: "vp09.00.51.08", vp8: "vp8" };

async function decodes(codec) {
  try {
    return (await VideoDecoder.isConfigSupported({ codec })).supported;
  } catch {
    return false;
  }
}

// As the pointer looks on the computer; the image of a pointer without pixels is none.
function pointerImage(width, height, pixels) {
  if (width === 0 || height === 0) return null;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
  return canvas;
}

window.migasfreeScreen = {
  // What this browser decodes, the best first. Without a secure context there is no decoder.
  async codecs() {
    const found = [];
    for (const [name, codec] of Object.entries(CODECS)) {
      if (await decodes(codec)) found.push(name);
    }
    return found.join(" ");
  },

  // Tells `piece` what comes from an address, bytes after bytes; answers the status.
  async read(address, piece) {
    const answer = await fetch(address);
    if (!answer.ok) return answer.status;
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || piece(value) === false) break;
    }
    reader.cancel();
    return answer.status;
  },

  // `told` has `seen(sequence, isDrawn)`, `broken()` and, where there is something to do there, `pointer(x, y, buttons)`,
  // `wheel(x, y)`, `key(name, code, location, down, typed)`, `typed(text)`, `pasted(text)`, `idle()` and
  // `sized(width, height)`.
  open(place, label, told) {
    const canvas = document.createElement("canvas");
    canvas.className = "remote-picture";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    const mark = document.createElement("span");
    mark.className = "remote-pointer";
    mark.setAttribute("aria-hidden", "true");
    place.append(canvas, mark);
    const drawn = pictures(canvas, CODECS, told);
    const held = hands(place, canvas, told);
    let image = null;
    let hot = [0, 0];
    let at = null;
    const point = () => {
      // Whoever points here sees their own pointer, in the shape of the computer's.
      canvas.style.cursor = !held.active ? "" : image ? `url(${image.toDataURL()}) ${hot[0]} ${hot[1]}, default` : "none";
      mark.hidden = !at || !image || held.isPointing();
      if (mark.hidden) return;
      const scale = canvas.clientWidth / canvas.width || 1;
      mark.style.translate = `${canvas.offsetLeft + at[0] * scale - hot[0]}px ${canvas.offsetTop + at[1] * scale - hot[1]}px`;
    };
    let resting;
    const watch = new ResizeObserver(() => {
      point();
      clearTimeout(resting);
      resting = setTimeout(() => told.sized?.(place.clientWidth * devicePixelRatio, place.clientHeight * devicePixelRatio), 400);
    });
    watch.observe(place);
    return {
      shape(codec, width, height) {
        drawn.shape(codec, width, height);
        point();
      },
      frame: drawn.frame,
      tiles: drawn.tiles,
      cursor(x, y, width, height, pixels) {
        image = pointerImage(width, height, pixels);
        hot = [x, y];
        mark.replaceChildren(...(image ? [image] : []));
        point();
      },
      cursorAt(x, y) {
        at = [x, y];
        point();
      },
      control(active) {
        held.control(active);
        point();
      },
      focus: held.focus,
      width: () => place.clientWidth * devicePixelRatio,
      height: () => place.clientHeight * devicePixelRatio,
      scale: (name) => {
        place.dataset.scale = name;
        point();
      },
      async full() {
        await place.parentElement.requestFullscreen();
        // Keys that are the browser's own otherwise; only some browsers give them away.
        await navigator.keyboard?.lock?.().catch(() => {});
      },
      copy: (text) => navigator.clipboard.writeText(text),
      close() {
        clearTimeout(resting);
        watch.disconnect();
        held.close();
        drawn.close();
        canvas.remove();
        mark.remove();
      },
    };
  },
};
