namespace Kube1.Api.FieldSets;

/// <summary>Union, intersection and differences: one pass over both sets' steps.</summary>
public sealed partial class FieldSet
{
    /// <summary>What is in one of the sets.</summary>
    public FieldSet Union(FieldSet other)
    {
        var result = new FieldSet();
        var (i, j) = (0, 0);
        while (i < _count || j < other._count)
        {
            var order = Order(i, other, j);
            ref readonly var left = ref order <= 0 ? ref _nodes[i] : ref other._nodes[j];
            if (order == 0)
            {
                ref readonly var right = ref other._nodes[j];
                var children = left.Children is { } a && right.Children is { } b
                    ? a.Union(b)
                    : left.Children ?? right.Children;
                result.Append(left.Step, left.IsMember || right.IsMember, children);
            }
            else
            {
                result.Append(left.Step, left.IsMember, left.Children);
            }

            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return result;
    }

    /// <summary>What is in both.</summary>
    public FieldSet Intersection(FieldSet other)
    {
        var result = new FieldSet();
        var (i, j) = (0, 0);
        while (i < _count && j < other._count)
        {
            var order = Order(i, other, j);
            if (order == 0)
            {
                ref readonly var left = ref _nodes[i];
                ref readonly var right = ref other._nodes[j];
                var children = left.Children is { } a && right.Children is { } b ? a.Intersection(b) : null;
                result.Append(left.Step, left.IsMember && right.IsMember, NullIfEmpty(children));
            }

            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return result;
    }

    /// <summary>What is in this one alone. A path is taken out for itself, not for what lies below it.</summary>
    public FieldSet Except(FieldSet other) => Except(other, withBelow: false);

    /// <summary>The same, and what lies below the other's paths goes with them.</summary>
    public FieldSet ExceptWithBelow(FieldSet other) => Except(other, withBelow: true);

    /// <summary>
    /// What lies at or below the fields of these names, each below the one before ("*": any step), and what leads
    /// there.
    /// </summary>
    public FieldSet Within(ReadOnlySpan<string> names)
    {
        var result = new FieldSet();
        foreach (ref readonly var node in Nodes)
        {
            if (names[0] == "*" || names[0] == node.Step.FieldName)
            {
                var children = names.Length == 1 ? node.Children : node.Children?.Within(names[1..]);
                result.Append(node.Step, node.IsMember, NullIfEmpty(children));
            }
        }

        return result;
    }

    private FieldSet Except(FieldSet other, bool withBelow)
    {
        var result = new FieldSet();
        var (i, j) = (0, 0);
        while (i < _count)
        {
            var order = Order(i, other, j);
            ref readonly var left = ref _nodes[i];
            if (order < 0)
            {
                result.Append(left.Step, left.IsMember, left.Children);
            }
            else if (order == 0)
            {
                ref readonly var right = ref other._nodes[j];
                var children = withBelow && right.IsMember ? null
                    : left.Children is { } a && right.Children is { } b ? NullIfEmpty(a.Except(b, withBelow))
                    : left.Children;
                result.Append(left.Step, left.IsMember && !right.IsMember, children);
            }

            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return result;
    }

    private static FieldSet? NullIfEmpty(FieldSet? set) => set is { IsEmpty: false } ? set : null;

    // Which of two steps comes first; one past the end comes last.
    private int Order(int i, FieldSet other, int j) =>
        i == _count ? 1 : j == other._count ? -1 : _nodes[i].Step.CompareTo(other._nodes[j].Step);
}
