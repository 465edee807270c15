namespace Kube1.Api.Schema;

/// <summary>
/// The built-in resources of Kubernetes v1.36, read once from the embedded table. Only stable (v1, v2) versions are
/// served.
/// </summary>
public static class ResourceCatalog
{
    private static readonly Lazy<Table> LazyTable = new(Load);

    /// <summary>All built-in resources, in the order of the table.</summary>
    public static IReadOnlyList<ResourceDescriptor> All => LazyTable.Value.All;

    /// <summary>The resource of this group, version and plural name; null when there is none.</summary>
    public static ResourceDescriptor? Find(GroupVersionResource resource) =>
        LazyTable.Value.ByResource.GetValueOrDefault(resource);

    /// <summary>The resource that serves this kind; null when there is none.</summary>
    public static ResourceDescriptor? Find(GroupVersionKind kind) => LazyTable.Value.ByKind.GetValueOrDefault(kind);

    /// <summary>
    /// The full group name of a package segment: "rbac" is "rbac.authorization.k8s.io", "core" is empty.
    /// </summary>
    internal static string GroupOf(string package) => LazyTable.Value.Groups.GetValueOrDefault(package, package);

    /// <summary>The full name of the schema type of a built-in kind.</summary>
    internal static string SchemaTypeName(string group, string version, string kind)
    {
        switch (group)
        {
            case "":
                return $"io.k8s.api.core.{version}.{kind}";
            case "apiregistration.k8s.io":
                return $"io.k8s.kube-aggregator.pkg.apis.apiregistration.{version}.{kind}";
            case "apiextensions.k8s.io":
                return $"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.{version}.{kind}";
            default:
                var dot = group.IndexOf('.', StringComparison.Ordinal);
                return $"io.k8s.api.{(dot < 0 ? group : group[..dot])}.{version}.{kind}";
        }
    }

    private static Table Load()
    {
        var table = new Table();
        var pool = new HashSet<string>(StringComparer.Ordinal);
        var rest = EmbeddedTable.Open("resources.tsv");
        var positions = new Dictionary<GroupVersionResource, int>();
        while (EmbeddedTable.TryReadLine(ref rest, out var line))
        {
            var group = EmbeddedTable.ReadText(ref line, pool);
            var version = EmbeddedTable.ReadText(ref line, pool);
            if (version is not ("v1" or "v2"))
            {
                continue;
            }

            table.Groups[group.Split('.')[0]] = group == "core" ? "" : group;
            group = group == "core" ? "" : group;
            var key = new GroupVersionResource(group, version, EmbeddedTable.ReadText(ref line, pool));
            var subresource = EmbeddedTable.ReadText(ref line, pool);
            var kind = EmbeddedTable.ReadText(ref line, pool);
            if (subresource.Length == 0)
            {
                positions[key] = table.All.Count;
                table.All.Add(Describe(key, kind, line, pool));
                continue;
            }

            var owner = table.All[positions[key]];
            Skip(ref line, 4);
            table.All[positions[key]] = owner with
            {
                Subresources = [.. owner.Subresources,
                    new SubresourceDescriptor(subresource, SubresourceKind(key, kind), ReadList(ref line, pool))],
            };
        }

        table.Finish();
        return table;
    }

    private static ResourceDescriptor Describe(
        GroupVersionResource key, string kind, ReadOnlySpan<byte> line, HashSet<string> pool)
    {
        var scope = EmbeddedTable.ReadText(ref line, pool);
        return new ResourceDescriptor
        {
            Resource = key,
            Kind = new GroupVersionKind(key.Group, key.Version, kind),
            Namespaced = scope == "Namespaced",
            Singular = EmbeddedTable.ReadText(ref line, pool),
            ShortNames = ReadList(ref line, pool),
            Categories = ReadList(ref line, pool),
            Verbs = ReadList(ref line, pool),
            SchemaType = SchemaTypeName(key.Group, key.Version, kind),
        };
    }

    private static GroupVersionKind SubresourceKind(GroupVersionResource owner, string kind)
    {
        var parts = kind.Split('/');
        return parts.Length == 3
            ? new GroupVersionKind(parts[0], parts[1], parts[2])
            : new GroupVersionKind(owner.Group, owner.Version, kind);
    }

    private static void Skip(ref ReadOnlySpan<byte> line, int cells)
    {
        for (var i = 0; i < cells; i++)
        {
            EmbeddedTable.ReadCell(ref line);
        }
    }

    private static string[] ReadList(ref ReadOnlySpan<byte> line, HashSet<string> pool)
    {
        var cell = EmbeddedTable.ReadText(ref line, pool);
        return cell.Length == 0 ? [] : cell.Split(',');
    }

    private sealed class Table
    {
        public List<ResourceDescriptor> All { get; } = [];

        public Dictionary<string, string> Groups { get; } = new(StringComparer.Ordinal);

        public Dictionary<GroupVersionResource, ResourceDescriptor> ByResource { get; } = [];

        public Dictionary<GroupVersionKind, ResourceDescriptor> ByKind { get; } = [];

        public void Finish()
        {
            foreach (var resource in All)
            {
                ByResource[resource.Resource] = resource;
                if (resource.Verbs.Contains("get") || resource.Verbs.Contains("create"))
                {
                    ByKind.TryAdd(resource.Kind, resource);
                }
            }
        }
    }
}
