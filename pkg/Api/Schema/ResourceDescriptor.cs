namespace Kube1.Api.Schema;

/// <summary>
/// A served resource: what discovery tells of it. Built-in ones are rows of Tables/resources.tsv; CRDs make more.
/// </summary>
public sealed record ResourceDescriptor
{
    /// <summary>Group, version and plural name.</summary>
    public required GroupVersionResource Resource { get; init; }

    /// <summary>The kind of its objects.</summary>
    public required GroupVersionKind Kind { get; init; }

    /// <summary>Whether its objects live in namespaces.</summary>
    public required bool Namespaced { get; init; }

    /// <summary>"pod"</summary>
    public string Singular { get; init; } = "";

    /// <summary>"po"</summary>
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>"all"</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>create, delete, deletecollection, get, list, patch, update, watch</summary>
    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>status, scale, log, …</summary>
    public IReadOnlyList<SubresourceDescriptor> Subresources { get; init; } = [];

    /// <summary>The full name of the schema type of its objects; empty for none.</summary>
    public string SchemaType { get; init; } = "";

    /// <summary>The full name of the type of its lists.</summary>
    public string ListSchemaType => IsCustom ? SchemaType[..^Kind.Kind.Length] + ListKind : SchemaType + "List";

    /// <summary>Whether a CustomResourceDefinition defines it.</summary>
    public bool IsCustom { get; init; }

    /// <summary>Whether a DELETE is answered with the deleted object; the others get a Status.</summary>
    public bool ReturnsDeletedObject => Resource is
        { Group: "", Resource: "pods" or "services" or "serviceaccounts" or "persistentvolumes" or "persistentvolumeclaims"
            or "podtemplates" or "resourcequotas" }
        or { Group: "resource.k8s.io" }
        or { Group: "storage.k8s.io", Resource: not "csistoragecapacities" };

    /// <summary>"PodList"</summary>
    public string ListKind { get => field ?? Kind.Kind + "List"; init; }
}

/// <summary>A subresource: its name, the kind of its body (which may be of another group) and its verbs.</summary>
public sealed record SubresourceDescriptor(string Name, GroupVersionKind Kind, IReadOnlyList<string> Verbs);
