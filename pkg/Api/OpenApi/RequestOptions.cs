using Kube1.Api.Schema;

namespace Kube1.Api.OpenApi;

/// <summary>
/// The query parameters that requests take, by the kind of options that they make up: ListOptions, PodExecOptions, …
/// </summary>
internal sealed class RequestOptions
{
    private const string DeleteOptions = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";

    private readonly Dictionary<string, List<ApiParameter>> _byKind = new(StringComparer.Ordinal);

    /// <summary>Reads them from the tables.</summary>
    public RequestOptions(SchemaCatalog types, Descriptions descriptions)
    {
        var pool = new HashSet<string>(StringComparer.Ordinal);
        var rest = EmbeddedTable.Open("proto-only.tsv");
        while (EmbeddedTable.TryReadLine(ref rest, out var line))
        {
            var package = EmbeddedTable.ReadCell(ref line);
            if (!package.SequenceEqual("k8s.io.api.core.v1"u8)
                && !package.SequenceEqual("k8s.io.apimachinery.pkg.apis.meta.v1"u8))
            {
                continue;
            }

            var kind = EmbeddedTable.ReadText(ref line, pool);
            var name = EmbeddedTable.ReadText(ref line, pool);
            EmbeddedTable.ReadCell(ref line);
            var type = TypeOf(EmbeddedTable.ReadText(ref line, pool));
            if (type is not null && kind.EndsWith("Options", StringComparison.Ordinal))
            {
                Add(kind, name, type, descriptions);
            }
        }

        foreach (var field in types.Find(DeleteOptions)!.Fields)
        {
            // In the query the kind goes without saying.
            if (TypeOf(field.ProtoType) is { } type)
            {
                Add("DeleteOptions", field.JsonName, type, descriptions);
            }
        }
    }

    /// <summary>The parameters of a kind of options.</summary>
    public IReadOnlyList<ApiParameter> Of(string kind) => _byKind[kind];

    private void Add(string kind, string name, string type, Descriptions descriptions)
    {
        if (!_byKind.TryGetValue(kind, out var parameters))
        {
            _byKind[kind] = parameters = [];
        }

        parameters.Add(new ApiParameter(name, "query", type, descriptions.Find(kind, name) ?? ""));
    }

    // Messages (preconditions, times) cannot stand in a query.
    private static string? TypeOf(string protoType) => protoType switch
    {
        "string" or "repeated string" => "string",
        "bool" => "boolean",
        "int32" or "int64" or "repeated int32" => "integer",
        _ => null,
    };
}
