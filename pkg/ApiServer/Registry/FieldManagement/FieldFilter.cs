using Kube1.Api.FieldSets;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>
/// Which fields a way of writing can change: all but some, or some alone (upstream's GetResetFields and
/// GetResetFieldsFilter of the strategies).
/// </summary>
internal sealed class FieldFilter
{
    private readonly FieldSet _excluded;
    private readonly string[][] _included;

    private FieldFilter(FieldSet excluded, string[][] included)
    {
        _excluded = excluded;
        _included = included;
    }

    /// <summary>All fields.</summary>
    public static FieldFilter None { get; } = Without();

    /// <summary>All but these and what lies below them: "metadata.labels".</summary>
    public static FieldFilter Without(params string[] paths) => new(FieldSet.Of(paths), []);

    /// <summary>These alone and what lies below them: "spec.containers.*.resources".</summary>
    public static FieldFilter Only(params string[] paths) =>
        new(new FieldSet(), [.. paths.Select(p => p.Split('.'))]);

    /// <summary>The set without the fields that cannot be changed.</summary>
    public FieldSet Apply(FieldSet set) => _included.Length > 0
        ? _included.Aggregate(new FieldSet(), (all, path) => all.Union(set.Within(path)))
        : _excluded.IsEmpty ? set : set.ExceptWithBelow(_excluded);
}
