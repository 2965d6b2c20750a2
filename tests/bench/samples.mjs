// What was measured: every value of every repetition, by group, client, point and metric.

import { median, spread } from './stats.mjs';

export class Samples {
  /** @param {any[]} rows as `rows` of another one */
  constructor(rows = []) {
    /** `{group, client, point, metric, values}` @type {any[]} */
    this.rows = rows;
    /** What went wrong: `{group, client, point, problem}` @type {any[]} */
    this.failures = [];
  }

  /** Adds a result; nested members become `outer.inner`. */
  add(group, client, point, result, prefix = '') {
    for (const [name, value] of Object.entries(result)) {
      if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
        this.add(group, client, point, value, `${prefix}${name}.`);
      } else {
        this.#row(group, client, point, `${prefix}${name}`).values.push(value);
      }
    }
  }

  #row(group, client, point, metric) {
    const known = this.find(group, client, point, metric);
    if (known) return known;
    const row = { group, client, point, metric, values: [] };
    this.rows.push(row);
    return row;
  }

  find(group, client, point, metric) {
    return this.rows.find(
      (row) => row.group === group && row.client === client && row.point === point && row.metric === metric,
    );
  }

  /** Median and spread; undefined where nothing was measured. */
  value(group, client, point, metric) {
    const values = this.find(group, client, point, metric)?.values.filter((value) => typeof value === 'number');
    return values?.length ? { median: median(values), spread: spread(values), values } : undefined;
  }

  /** Median of one client over that of another. */
  ratio(group, point, metric, client = 'ours', over = 'vendor') {
    const [a, b] = [client, over].map((name) => this.value(group, name, point, metric)?.median);
    return a === undefined || !b ? undefined : a / b;
  }
}
