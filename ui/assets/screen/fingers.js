// Fingers on glass as a pointer: a tap is a click, a long one opens the menu, one finger drags, two turn the wheel, and a tap
// with two opens the menu, too.
const LEFT = 1;
const RIGHT = 4;
const LONG = 600;
const STILL = 8;

export function fingers({ at, tell, later, wheel }) {
  const down = new Map();
  let timer;
  // What the fingers that are down do: nothing yet, drag, turn the wheel, or nothing any more.
  let doing = null;

  const click = (point, button) => {
    tell(point, button);
    tell(point, 0);
  };
  const distance = (event, from) => Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY);
  const move = (event, from) => {
    if (!doing && down.size === 1 && distance(event, from) > STILL) {
      clearTimeout(timer);
      doing = "drag";
      tell(at(from), LEFT);
    }
    if (doing === "drag") later(at(event), LEFT);
    if (down.size !== 2 || !["two", "wheel"].includes(doing)) return;
    const last = from.last ?? from;
    if (doing === "two" && distance(event, from) <= STILL) return;
    doing = "wheel";
    wheel(Math.round((last.clientX - event.clientX) * 1.2), Math.round((last.clientY - event.clientY) * 1.2));
    from.last = { clientX: event.clientX, clientY: event.clientY };
  };

  return {
    pointerdown(event) {
      const { clientX, clientY } = event;
      down.set(event.pointerId, { clientX, clientY });
      clearTimeout(timer);
      if (down.size === 1) {
        doing = null;
        const point = at(event);
        timer = setTimeout(() => {
          doing = "done";
          click(point, RIGHT);
        }, LONG);
      } else if (!doing) {
        doing = "two";
      }
    },
    pointermove(event) {
      const from = down.get(event.pointerId);
      if (from) move(event, from);
    },
    pointerup(event) {
      clearTimeout(timer);
      const from = down.get(event.pointerId);
      down.delete(event.pointerId);
      if (!from) return;
      if (!doing) click(at(from), LEFT);
      if (doing === "drag" && down.size === 0) tell(at(event), 0);
      if (doing === "two") {
        doing = "done";
        click(at(from), RIGHT);
      }
    },
    pointercancel(event) {
      clearTimeout(timer);
      down.delete(event.pointerId);
      if (doing === "drag") tell(at(event), 0);
      doing = "done";
    },
    // Nothing more comes of what is down.
    forget() {
      clearTimeout(timer);
      down.clear();
      doing = "done";
    },
  };
}
