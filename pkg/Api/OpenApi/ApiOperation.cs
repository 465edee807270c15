namespace Kube1.Api.OpenApi;

/// <summary>
/// A parameter: where it stands ("path" or "query") and its OpenAPI type ("string", "integer", "boolean").
/// </summary>
internal sealed record ApiParameter(string Name, string Place, string Type, string Description);

/// <summary>An answer: its code, and the full name of its body's type or <see cref="ApiOperation.Text"/>.</summary>
internal sealed record ApiResponse(string Code, string Description, string Type);

/// <summary>What one method does at one path: what the documents of both OpenAPI versions tell of it.</summary>
internal sealed record ApiOperation(string Method, string Id, string Tag)
{
    /// <summary>Stands for a body without a schema: logs, streams.</summary>
    public const string Text = "string";

    public string Description { get; init; } = "";

    /// <summary>Media types of the request body.</summary>
    public IReadOnlyList<string> Consumes { get; init; } = ["*/*"];

    /// <summary>Media types of the answer.</summary>
    public IReadOnlyList<string> Produces { get; init; } = [];

    /// <summary>The full name of the type of the request body; empty for none.</summary>
    public string Body { get; init; } = "";

    public bool BodyRequired { get; init; }

    /// <summary>Without those in the body, in upstream's order: by name, then by place.</summary>
    public IReadOnlyList<ApiParameter> Parameters
    {
        get;
        init => field =
        [
            .. value.OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Place, StringComparer.Ordinal),
        ];
    } = [];

    /// <summary>The good answers; every operation can also end in 401.</summary>
    public IReadOnlyList<ApiResponse> Responses { get; init; } = [];

    /// <summary>x-kubernetes-action: "list", "post", …; empty for paths that serve no resource.</summary>
    public string Action { get; init; } = "";

    public GroupVersionKind? Kind { get; init; }
}

/// <summary>A path with its operations, in the order that documents have them.</summary>
internal sealed class ApiPath
{
    private static readonly string[] MethodOrder = ["get", "put", "post", "delete", "options", "head", "patch"];

    public ApiPath(string path, IEnumerable<ApiOperation> operations)
    {
        Path = path;
        Operations = [.. operations.OrderBy(o => Array.IndexOf(MethodOrder, o.Method))];
        SharedParameters = Operations.Count == 0
            ? []
            : [.. Operations[0].Parameters.Where(p => Operations.All(o => o.Parameters.Contains(p)))];
    }

    public string Path { get; }

    public IReadOnlyList<ApiOperation> Operations { get; }

    /// <summary>Parameters of all operations: documents list them once, with the path.</summary>
    public IReadOnlyList<ApiParameter> SharedParameters { get; }

    /// <summary>The parameters that an operation does not share.</summary>
    public IEnumerable<ApiParameter> OwnParameters(ApiOperation operation) =>
        operation.Parameters.Where(p => !SharedParameters.Contains(p));
}
