using Kube1.Cel.Types;

namespace Kube1.ApiServer.Extensions.Rules;

/// <summary>
/// What expressions know of the values of a schema: their type, and how large they may be (DeclType of
/// k8s.io/apiserver/pkg/cel).
/// </summary>
internal sealed class DeclaredType(CelType type, long minBytes, long maxElements = 0)
{
    /// <summary>The type.</summary>
    public CelType Type { get; } = type;

    /// <summary>The size of the smallest value as JSON.</summary>
    public long MinBytes { get; } = minBytes;

    /// <summary>The most characters, items or members; 0 for values that have none.</summary>
    public long MaxElements { get; } = maxElements;

    /// <summary>Of objects: the fields by their names in expressions.</summary>
    public IReadOnlyDictionary<string, DeclaredType>? Fields { get; init; }

    /// <summary>Of maps: the keys.</summary>
    public DeclaredType? Key { get; init; }

    /// <summary>Of lists and maps: the items, or the values.</summary>
    public DeclaredType? Element { get; init; }
}
