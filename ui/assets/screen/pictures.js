// Decodes and draws: video by the browser's decoder, tiles as images. The latest picture wins.
export function pictures(canvas, codecs, told) {
  const context = canvas.getContext("2d", { alpha: false });
  let codec = null;
  let decoder = null;
  let waiting = null;
  let turn = 0;
  let needsKey = true;
  // Tiles are drawn in the order in which they came.
  let painted = Promise.resolve();
  let isOver = false;
  // The number of the newest picture: the computer sends no more before it hears of it, shown or not.
  let newest = 0;

  const draw = () => {
    turn = 0;
    const frame = waiting;
    waiting = null;
    context.drawImage(frame, 0, 0, canvas.width, canvas.height);
    const sequence = frame.timestamp;
    frame.close();
    told.seen(sequence, true);
  };
  const output = (frame) => {
    waiting?.close();
    waiting = frame;
    turn ||= requestAnimationFrame(draw);
  };
  const lost = () => {
    decoder = null;
    if (isOver) return;
    needsKey = true;
    told.seen(newest, false);
    told.broken();
  };
  const stop = () => {
    cancelAnimationFrame(turn);
    turn = 0;
    waiting?.close();
    waiting = null;
    if (decoder && decoder.state !== "closed") decoder.close();
    decoder = null;
    needsKey = true;
  };
  const start = () => {
    decoder = new VideoDecoder({ output, error: lost });
    decoder.configure({ codec: codecs[codec], optimizeForLatency: true });
  };
  const paint = async (sequence, tiles) => {
    const images = await Promise.all(
      tiles.map(([, , , , bytes]) => createImageBitmap(new Blob([bytes], { type: "image/webp" }))),
    );
    if (isOver) return;
    images.forEach((image, index) => {
      context.drawImage(image, tiles[index][0], tiles[index][1]);
      image.close();
    });
    told.seen(sequence, true);
  };

  return {
    shape(name, width, height) {
      stop();
      codec = name;
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    },
    frame(isKey, sequence, data) {
      newest = sequence;
      if (!codecs[codec] || (needsKey && !isKey)) return told.seen(sequence, false);
      try {
        if (!decoder) start();
        // The number of the picture goes through the decoder as its time.
        decoder.decode(new EncodedVideoChunk({ type: isKey ? "key" : "delta", timestamp: sequence, data }));
        needsKey = false;
      } catch {
        stop();
        lost();
      }
    },
    tiles(sequence, tiles) {
      painted = painted
        .then(() => paint(sequence, tiles))
        .catch(() => {
          newest = sequence;
          lost();
        });
    },
    close() {
      isOver = true;
      stop();
    },
  };
}
