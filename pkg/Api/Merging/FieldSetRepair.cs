using Kube1.Api.FieldSets;
using Kube1.Api.Schema;

namespace Kube1.Api.Merging;

/// <summary>
/// Brings field sets that were written under an earlier schema up to date: who owned parts of a value that is atomic
/// now owns the value (structured-merge-diff/typed ReconcileFieldSetWithSchema).
/// </summary>
public static class FieldSetRepair
{
    /// <summary>The set under the present schema; the same one when nothing needs repair.</summary>
    public static FieldSet Of(FieldSet set, SchemaType type) => Repair(set, SchemaValue.ObjectOf(type).Rule);

    private static FieldSet Repair(FieldSet set, MergeRule rule)
    {
        FieldSet? repaired = null;
        for (var i = 0; i < set.Nodes.Length; i++)
        {
            var node = set.Nodes[i];
            var children = node.Children;
            var isMember = node.IsMember;
            if (children is { IsEmpty: false } && RuleBelow(rule, node.Step) is { } member)
            {
                if (member.Form == MergeForm.Atomic)
                {
                    (children, isMember) = (null, true);
                }
                else
                {
                    children = Repair(children, member);
                }
            }

            if (repaired is null && !ReferenceEquals(children, node.Children))
            {
                repaired = new FieldSet();
                foreach (ref readonly var before in set.Nodes[..i])
                {
                    repaired.Put(before.Step, before.IsMember, before.Children);
                }
            }

            repaired?.Put(node.Step, isMember, children);
        }

        return repaired ?? set;
    }

    private static MergeRule? RuleBelow(MergeRule rule, PathElement step) => rule.Form switch
    {
        MergeForm.Struct or MergeForm.Map => step.FieldName is { } name ? rule.RuleOf(name, out _) : null,
        MergeForm.Set or MergeForm.KeyedList => rule.Element,
        _ => null,
    };
}
