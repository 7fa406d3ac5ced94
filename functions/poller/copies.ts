/** The shapes in which boards come from outside this process: a peer's copy, or values in Redis. All hostile until parsed. */
import * as v from "valibot";
import { GameId, Login } from "../contracts/event.ts";
import { MAX_ALIVE, streamEntries } from "../contracts/events.ts";
import { MAX_OBSERVATIONS, OBSERVATION_KINDS } from "./board-observations.ts";

const time = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15));
const short = (most: number) => v.pipe(v.string(), v.maxLength(most));

export const ObservationCopy = v.strictObject({
  at: time,
  kind: v.picklist(OBSERVATION_KINDS),
  count: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_ALIVE))),
  confidence: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  until: v.exactOptional(time),
});

export const InfoCopy = v.object(streamEntries);

export const LeadershipCopy = v.strictObject({
  login: Login,
  phase: v.picklist(["match", "lobby"]),
  since: time,
  reason: short(200),
});

export const BoardsCopy = v.record(
  GameId,
  v.object({
    streams: v.pipe(
      v.array(
        v.object({
          info: InfoCopy,
          listedAt: time,
          observations: v.pipe(v.array(ObservationCopy), v.maxLength(MAX_OBSERVATIONS)),
        }),
      ),
      v.maxLength(5_000),
    ),
    leadership: v.optional(LeadershipCopy),
  }),
);

export const ListingCopy = v.object({ at: time, streams: v.pipe(v.array(InfoCopy), v.maxLength(5_000)) });

export const NewsCopy = v.union([
  v.strictObject({ game: GameId, login: Login, observation: ObservationCopy, arrivedAt: time }),
  v.strictObject({ game: GameId, leadership: LeadershipCopy }),
]);
