const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const express = require('express');
const multer = require('multer');

/** Receipts: uploaded as a form, and served as files. */
function files() {
  const folder = mkdtempSync(join(tmpdir(), 'receipts-'));
  const upload = multer({ dest: folder, limits: { fileSize: 1000 } });

  const router = express.Router();
  router.post('/', upload.single('receipt'), (req, res) => {
    if (req.file === undefined) return res.status(422).json({ error: 'No file' });
    res.status(201).json({ name: req.file.filename });
    return res.end();
  });
  router.use(express.static(folder));
  return router;
}

module.exports = { files };
