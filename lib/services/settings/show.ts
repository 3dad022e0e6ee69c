import { assertCanOther } from '#lib/auth/policy.ts';
import { isPolicyRule, policyRules } from '#lib/auth/policy-rules.ts';
import { limitNames } from '#lib/contract/quotas.ts';
import type { PolicyRuleView, SettingsView } from '#lib/contract/settings.ts';
import type { Context } from '#lib/runtime/context.ts';
import { resourceOf } from '../quotas/limits-of.ts';

/** What stowage.yaml makes of policy and limits, for administrators. */
export async function showSettings({ runtime, actor }: Context): Promise<SettingsView> {
  assertCanOther(actor, 'see_settings');
  const { limits } = runtime.config;
  return {
    policy: runtime.policy.rules.map(toRuleView),
    limits: {
      image_size_bytes: limits.imageSizeBytes,
      defaults: [null, ...Object.keys(limits.stores)].flatMap((store) =>
        limitNames.flatMap((name) => {
          const most = (store === null ? limits.project : limits.stores[store])?.[resourceOf[name]] ?? null;
          return store !== null && most === null ? [] : [{ store, name, limit: most }];
        }),
      ),
    },
  };
}

function toRuleView({
  name,
  expression,
  isOverridden,
}: Context['runtime']['policy']['rules'][number]): PolicyRuleView {
  if (!isPolicyRule(name)) {
    return { name, allows: null, expression, default_expression: null, origin: 'operator' };
  }
  const { allows, expression: own, origin } = policyRules[name];
  return { name, allows, expression, default_expression: isOverridden ? own : null, origin };
}
