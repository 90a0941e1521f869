import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { learn, type LearnReport, printReport } from '../../../lib/learn/index.ts';
import { readRequests } from '../../../lib/learn/requests-file.ts';
import { sendRequests } from '../../../lib/learn/send-requests.ts';
import { watchedApp } from './watched-app.ts';

const NAME = '</script><img src=x onerror="alert(1)">';

describe('A report as a page', () => {
  let report: LearnReport;
  let page: string;

  before(async () => {
    const app = watchedApp(NAME);
    report = await learn(app).during(() => sendRequests(app, readRequests('a.http', 'GET /')));
    page = printReport(report, 'html');
  });

  it('has nothing of what an app has named as markup', () => {
    assert.deepEqual(report.findings[0]?.middlewares, [NAME, 'signIn']);
    assert.ok(page.includes('&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;'));
    assert.ok(!page.includes('<img'));
    assert.deepEqual(page.match(/<script [^>]*>/g), [
      '<script type="application/json" id="learned">',
      '<script type="module">',
    ]);
  });

  it('lets its own script and style run, and asks for nothing', () => {
    for (const element of ['script type="module"', 'style']) {
      const [name = ''] = element.split(' ');
      const [, text = ''] = new RegExp(`<${element}>(.*?)</${name}>`, 's').exec(page) ?? [];
      const hash = createHash('sha256').update(text).digest('base64');
      assert.ok(page.includes(`${name}-src 'sha256-${hash}'`), element);
    }
    assert.match(page, /content="default-src 'none'; /);
    assert.doesNotMatch(page, / src=(?!x)|href="(?!data:)|@import|url\(/);
  });

  it('has the handlers in the order of registration, with what was seen of each', () => {
    const [app] = report.apps ?? [];
    assert.deepEqual(
      app?.handlers.map(({ name, requests, reads, absent, writes, headers, ends }) => ({
        name,
        requests,
        reads,
        absent,
        writes,
        headers,
        ends,
      })),
      [
        {
          name: NAME,
          requests: 1,
          reads: ['req.user'],
          absent: ['req.user'],
          writes: [],
          headers: ['x-user'],
          ends: [],
        },
        { name: 'signIn', requests: 1, reads: [], absent: [], writes: ['req.user'], headers: [], ends: [] },
        {
          name: 'GET /',
          requests: 1,
          reads: ['req.user'],
          absent: [],
          writes: [],
          headers: ['content-type', 'content-length', 'etag'],
          ends: [200],
        },
      ],
    );
  });

  it('tells of the findings alone where a report was read from a file', () => {
    const read = JSON.parse(printReport(report, 'json')) as LearnReport;
    assert.deepEqual(Object.keys(read), ['findings', 'notes', 'requests']);
    const text = printReport(read, 'html');
    assert.ok(text.includes('L102'));
    assert.ok(!text.includes('picture-frame"'));
  });
});
