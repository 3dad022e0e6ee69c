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

/** Attributes whose text a person reads or hears. */
const toldAttributes = new Set([
  'alt',
  'aria-description',
  'aria-label',
  'aria-placeholder',
  'aria-roledescription',
  'aria-valuetext',
  'body',
  'cancelLabel',
  'confirmLabel',
  'busyLabel',
  'description',
  'disabledReason',
  'error',
  'hint',
  'label',
  'message',
  'meta',
  'placeholder',
  'text',
  'title',
  'what',
]);

/** Two letters in a row: a word. Signs, numbers and single letters (keys) are the same in every language. */
const hasWord = (text) => /\p{L}{2}/u.test(text);

/** The literal texts that an expression can become: through conditions, `&&`, `??` and templates. */
function* textsOf(node) {
  switch (node?.type) {
    case 'Literal':
      if (typeof node.value === 'string') yield [node, node.value];
      break;
    case 'TemplateLiteral':
      for (const part of node.quasis) yield [node, part.value.cooked];
      break;
    case 'ConditionalExpression':
      yield* textsOf(node.consequent);
      yield* textsOf(node.alternate);
      break;
    case 'LogicalExpression':
    case 'BinaryExpression':
      if (node.type === 'LogicalExpression' || node.operator === '+') {
        yield* textsOf(node.left);
        yield* textsOf(node.right);
      }
      break;
    case 'JSXExpressionContainer':
      yield* textsOf(node.expression);
  }
}

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
    'no-literal-text': refuse(
      'Every text goes through next-intl. Put it into lib/i18n/en and say it with useTranslations().',
      (report) => {
        const reportTexts = (node) => {
          for (const [place, text] of textsOf(node)) if (hasWord(text)) report(place);
        };
        return {
          JSXText(node) {
            if (hasWord(node.value)) report(node);
          },
          JSXAttribute(node) {
            if (toldAttributes.has(node.name.name)) reportTexts(node.value);
          },
          Property(node) {
            if (toldAttributes.has(node.key.name)) reportTexts(node.value);
          },
          JSXExpressionContainer(node) {
            if (node.parent.type !== 'JSXAttribute') reportTexts(node);
          },
        };
      },
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
