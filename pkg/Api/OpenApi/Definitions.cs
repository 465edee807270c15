using Kube1.Api.Schema;

namespace Kube1.Api.OpenApi;

/// <summary>
/// The types that a document defines: those that its operations name, and what these refer to. One walk uses one
/// instance; nothing of it is kept, because the whole of the tables in memory is worth megabytes.
/// </summary>
internal sealed class Definitions
{
    public const string Quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    public const string IntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
    public const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    /// <summary>The types, in a catalog of this walk's own.</summary>
    public SchemaCatalog Types { get; } = SchemaCatalog.Transient();

    public Descriptions Descriptions { get; } = new();

    public Dictionary<string, TypeFacts> Facts { get; } = TypeFacts.Load();

    /// <summary>Takes in what is in no table.</summary>
    public void Add(IEnumerable<ApiDefinition>? custom)
    {
        foreach (var definition in custom ?? [])
        {
            Custom[definition.Name] = definition;
        }
    }

    /// <summary>What is in no table, by name.</summary>
    public Dictionary<string, ApiDefinition> Custom { get; } = new(StringComparer.Ordinal);

    /// <summary>Those of <see cref="Custom"/> that the paths of the last <see cref="Reach"/> need, sorted by name.</summary>
    public SortedDictionary<string, ApiDefinition> ReachedCustom { get; } = new(StringComparer.Ordinal);

    /// <summary>All types of the tables that these paths need, sorted by name.</summary>
    public IEnumerable<SchemaType> Reach(IEnumerable<ApiPath> paths)
    {
        var reached = new SortedDictionary<string, SchemaType>(StringComparer.Ordinal);
        var open = new Stack<string>(paths.SelectMany(p => p.Operations)
            .SelectMany(o => o.Responses.Select(r => r.Type).Append(o.Body))
            .Where(t => t.Length > 0 && t != ApiOperation.Text).Distinct());
        while (open.TryPop(out var name))
        {
            if (reached.ContainsKey(name) || ReachedCustom.ContainsKey(name))
            {
                continue;
            }

            if (Custom.TryGetValue(name, out var custom))
            {
                ReachedCustom[name] = custom;
                foreach (var reference in custom.References)
                {
                    open.Push(reference);
                }

                continue;
            }

            var type = Types.Find(name)
                ?? throw new InvalidOperationException($"the schema tables have no type {name}");
            reached[name] = type;
            foreach (var field in type.Fields)
            {
                if (TypeNameOf(field.Value.Innermost) is { Length: > 0 } inner)
                {
                    open.Push(inner);
                }
            }
        }

        return reached.Values;
    }

    /// <summary>The name of the definition that a value refers to; empty for one that is written out.</summary>
    public static string TypeNameOf(SchemaValue value) => value.Kind switch
    {
        SchemaKind.Object or SchemaKind.Any => value.TypeName,
        SchemaKind.Quantity => Quantity,
        SchemaKind.IntOrString => IntOrString,
        SchemaKind.Time => Meta + "Time",
        SchemaKind.MicroTime => Meta + "MicroTime",
        _ => "",
    };

    /// <summary>x-kubernetes-group-version-kind: the kinds that a type is of, among these group versions.</summary>
    public static IEnumerable<GroupVersionKind> KindsOf(
        SchemaType type, IEnumerable<(string Group, string Version)> groupVersions)
    {
        if (type.Kind is { } kind)
        {
            return [kind];
        }

        return type.Name switch
        {
            // These are registered with every group version, whose requests and watches they belong to.
            Meta + "DeleteOptions" or Meta + "WatchEvent" => groupVersions.Append(("", "v1")).Distinct()
                .OrderBy(gv => gv.Item1, StringComparer.Ordinal).ThenBy(gv => gv.Item2, StringComparer.Ordinal)
                .Select(gv => new GroupVersionKind(gv.Item1, gv.Item2, type.ShortName)),
            Meta + "Status" or Meta + "APIGroup" or Meta + "APIGroupList" or Meta + "APIResourceList"
                or Meta + "APIVersions" => [new GroupVersionKind("", "v1", type.ShortName)],
            _ => [],
        };
    }
}
