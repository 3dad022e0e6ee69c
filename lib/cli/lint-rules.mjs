// Rules of this project for oxlint; each says what to do instead.

/** @param {string} message */
function refuse(message, selectNode) {
  return {
    meta: { messages: { refused: message } },
    create: (context) => selectNode((node) => context.report({ node, messageId: 'refused' })),
  };
}

const brandedErrors = {
  StowageError: 'isStowageError',
  StoreFault: 'isStoreFault',
  ConfigError: 'isConfigError',
};

export default {
  meta: { name: 'stowage' },
  rules: {
    'no-instanceof-own-errors': refuse(
      'Bundled and native code each have their own copy of this class. Use isStowageError(error), isStoreFault(error) or isConfigError(error).',
      (report) => ({
        BinaryExpression(node) {
          if (node.operator === 'instanceof' && Object.hasOwn(brandedErrors, node.right.name ?? ''))
            report(node);
        },
      }),
    ),
    'no-empty-catch': refuse(
      'A caught error that nobody looks at hides what went wrong. Test for the one that is expected (its code) and throw the others again.',
      (report) => ({
        CatchClause(node) {
          if (node.body.body.length === 0) report(node);
        },
      }),
    ),
  },
};
