/** Ids in ascending order. New ones come at the end and old ones go at the beginning, so neither moves the others. */
export class SortedIds {
  /** @type {number[]} */
  #ids = [];
  /** Where the first one is: those before it are gone. */
  #head = 0;

  get size() {
    return this.#ids.length - this.#head;
  }

  /** @param {number[]} ids in ascending order */
  replace(ids) {
    this.#ids = ids;
    this.#head = 0;
  }

  /** The id that has so many newer ones. @param {number} index */
  newest(index) {
    return index < this.size ? this.#ids[this.#ids.length - 1 - index] : undefined;
  }

  /** How many are newer. @param {number} id */
  newerThan(id) {
    return this.#ids.length - this.#placeOf(id + 1);
  }

  /** @param {number} id */
  has(id) {
    return this.#ids[this.#placeOf(id)] === id;
  }

  /** @param {number} id */
  add(id) {
    const place = this.#placeOf(id);
    if (this.#ids[place] === id) return;
    if (place === this.#ids.length) this.#ids.push(id);
    else this.#ids.splice(place, 0, id);
  }

  /** @param {number} id */
  delete(id) {
    const place = this.#placeOf(id);
    if (this.#ids[place] !== id) return;
    if (place !== this.#head) {
      this.#ids.splice(place, 1);
      return;
    }
    this.#head++;
    if (this.#head * 2 > this.#ids.length) this.replace(this.#ids.slice(this.#head));
  }

  /** Where it is, or would be. @param {number} id */
  #placeOf(id) {
    let from = this.#head;
    let to = this.#ids.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (/** @type {number} */ (this.#ids[middle]) < id) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
