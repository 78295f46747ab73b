/* What a Detector makes of clips and of a stream, as values to compare with the host's, and how long it takes. */
function selfTest(detector, clips, stream, rounds) {
  const labels = detector.labels.length;
  const made = { labels: detector.labels, rate: detector.rate, hash: detector.hash, clips: [], decided: [] };
  for (let at = 0; at < clips.length; at += detector.clipSamples) {
    const { label, scores } = detector.clip(clips.subarray(at, at + detector.clipSamples));
    made.clips.push(...scores);
    made.decided.push(label);
  }
  Object.assign(made, heardBy(detector, stream));
  made.again = again(detector, made);
  const timed = stream.subarray(0, 30 * detector.rate);
  made.times = [];
  for (let round = 0; round < rounds; round++) {
    detector.reset();
    const began = performance.now();
    detector.hear(timed, {});
    made.times.push((performance.now() - began) / 1000 / (timed.length / detector.rate));
  }
  return made;

  /* Detections by the scores that were kept, as after the threshold was dragged. */
  function again(detector, { scores, ends }) {
    const found = [];
    detector.again(Int8Array.from(scores), ends, ends.length, { detection: (one) => found.push(one) });
    return found;
  }

  /* Odd pieces, as a microphone gives them. */
  function heardBy(detector, samples) {
    const heard = { scores: [], ends: [], sums: [], detections: [] };
    const told = {
      decision: (sample) => {
        heard.scores.push(...detector.scores);
        heard.sums.push(...detector.sums);
        heard.ends.push(sample);
      },
      detection: (one) => heard.detections.push(one),
    };
    detector.reset();
    for (let at = 0, piece = 1; at < samples.length; at += piece, piece = (piece * 7 + 1) % 4001) {
      detector.hear(samples.subarray(at, at + piece), told);
    }
    return heard;
  }
}

/* Little-endian bytes in base64 as samples. */
function samplesOf(text) {
  return new Int16Array(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer);
}
