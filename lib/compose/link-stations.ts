import type { RequestHandler } from 'express';
import { isDeep } from './put-off.ts';
import type { Station } from './station.ts';

/** How a runner makes its links. */
export interface Linkage<Link> {
  /** Behind the last station. */
  readonly leave: Link;
  /** The link of a station that takes the request. */
  link(station: Station, handle: RequestHandler, following: Link): Link;
  /** The link of a station that takes some requests only; an error handler takes none that has no error. */
  unlessPassed(station: Station, link: Link, following: Link): Link;
  /** The same link on a call stack of its own. */
  putOff(link: Link): Link;
}

/** The links of stations by their positions, each knowing the one behind it, and behind them the one that leaves. */
export function linkStations<Link>(stations: readonly Station[], linkage: Linkage<Link>): Link[] {
  const links: Link[] = [];
  let following = linkage.leave;
  links[stations.length] = following;
  for (const station of stations.toReversed()) {
    const { position, handle } = station;
    let link = linkage.link(station, handle as RequestHandler, following);
    if (!station.takesAll) link = linkage.unlessPassed(station, link, following);
    if (isDeep(position)) link = linkage.putOff(link);
    links[position] = following = link;
  }
  return links;
}
