const { Router } = require('express');
const { numbers, pagination } = require('./requests.js');

/** Orders, kept as long as the process runs. */
function orders() {
  const list = [
    { id: 1, status: 'paid' },
    { id: 2, status: 'sent' },
    { id: 3, status: 'paid' },
  ];

  const router = Router();
  router.get('/', pagination, numbers, (req, res) => {
    const { page = 1, size = 2, status } = req.query;
    const found = list.filter((order) => status === undefined || order.status === status);
    res.json(found.slice((page - 1) * size, page * size));
  });
  router.post('/', (req, res) => {
    if (req.user === undefined) return res.sendStatus(401);
    const order = { id: list.length + 1, status: 'new', ...req.body };
    list.push(order);
    return res.status(201).json(order);
  });
  router.get('/:id', (req, res, next) => {
    const order = list.find(({ id }) => id === Number(req.params.id));
    if (order === undefined) next();
    else res.json(order);
  });
  return router;
}

module.exports = { orders };
