import assert from 'node:assert/strict';
import { errorForLog } from '../../lib/oss/error-for-log.ts';

describe('an error in the log', () => {
  it('says its name, message, code and cause', () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const logged = errorForLog(new TypeError('fetch failed', { cause }));
    assert.equal(logged.type, 'TypeError');
    assert.equal(logged.message, 'fetch failed');
    assert.equal(logged.cause?.code, 'ECONNREFUSED');
  });

  it('leaves out what libraries hang on their errors', () => {
    const error = Object.assign(new Error('401'), { request: { headers: { authorization: 'token ghp_x' } } });
    assert.ok(!JSON.stringify(errorForLog(error)).includes('ghp_x'));
  });

  it('does not repeat what was thrown instead of an error', () => {
    assert.ok(!JSON.stringify(errorForLog('ghp_x')).includes('ghp_x'));
  });
});
