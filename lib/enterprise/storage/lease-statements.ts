/** What a LeaseLock asks of the database: single statements, each of which names the very row that was seen. */

/** A row with our own instance is left over from a statement whose answer was lost: callers here come one at a time. */
export const TAKE = `
  INSERT INTO openhands_locks (key, instance, turn, beat) VALUES ($1, $2, $3, 0)
  ON CONFLICT (key) DO UPDATE SET turn = excluded.turn, beat = 0
  WHERE openhands_locks.instance = excluded.instance AND openhands_locks.turn <= excluded.turn
  RETURNING key`;
/** The lock, and the others of its folder: one who died may have held several, each within the other. */
export const LOOK = `
  SELECT key, instance, turn, beat FROM openhands_locks
  WHERE key = $1 OR ($2::text <> '' AND left(key, length($2::text)) = $2::text)`;
/** Waits for a write under the lock, which an UPDATE alone would not. */
export const TAKE_OVER = `
  WITH dead AS (
    SELECT key FROM openhands_locks WHERE key = $1 AND instance = $4 AND turn = $5 AND beat = $6 FOR UPDATE
  )
  UPDATE openhands_locks SET instance = $2, turn = $3, beat = 0 FROM dead WHERE openhands_locks.key = dead.key
  RETURNING openhands_locks.key`;
export const BEAT = `
  UPDATE openhands_locks SET beat = beat + 1 WHERE key = ANY($1) AND instance = $2 AND turn = ANY($3) RETURNING turn`;
export const GIVE_BACK =
  'DELETE FROM openhands_locks WHERE key = $1 AND instance = $2 AND turn = $3 RETURNING key';
