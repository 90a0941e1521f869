import type { RequestListener } from 'node:http';
import { readRequests } from './requests-file.ts';
import { sendRequests } from './send-requests.ts';
import type { Learned } from './trace.ts';
import { Recorder, type RecorderOptions, setActiveRecorder } from './watch/recorder.ts';
import { watchLoads } from './watch/watch-loads.ts';

/**
 * Learns from the requests of a file.
 *
 * @param load - loads the app, and with it Express, which is watched from then on.
 * @param name - of the file.
 * @param options - what is noted of the handlers.
 * @throws SyntaxError with what is wrong in the file.
 */
export async function learnFromRequests(
  load: () => Promise<RequestListener>,
  name: string,
  text: string,
  { namesPackages = false }: Pick<RecorderOptions, 'namesPackages'> = {},
): Promise<Learned> {
  const requests = readRequests(name, text);
  watchLoads();
  const recorder = new Recorder({ namesPackages });
  const app = await load();
  const before = setActiveRecorder(recorder);
  try {
    await sendRequests(app, requests);
  } finally {
    setActiveRecorder(before);
  }
  return recorder.learned();
}
