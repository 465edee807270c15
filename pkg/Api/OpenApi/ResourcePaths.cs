using Kube1.Api.Schema;

namespace Kube1.Api.OpenApi;

/// <summary>
/// The paths of a resource and its subresources. Which operations there are, their names and parameters follow
/// upstream's installer (k8s.io/apiserver/pkg/endpoints/installer.go).
/// </summary>
internal sealed class ResourcePaths(RequestOptions options)
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private const string DeleteOptionsType = Meta + "DeleteOptions";

    private static readonly string[] Media =
        ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

    private static readonly string[] StreamedMedia =
        [.. Media, "application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

    private static readonly string[] CustomMedia = ["application/json", "application/yaml"];

    private static readonly string[] CustomPatchMedia =
        ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

    private static readonly string[] PatchMedia =
    [
        "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
        "application/apply-patch+yaml",
    ];

    private static readonly ApiParameter Pretty = new("pretty", "query", "string", "If true, the answer is indented.");

    private static readonly ApiParameter Namespace =
        new("namespace", "path", "string", "The namespace that the object lives in.");

    private static readonly ApiParameter SubPath =
        new("path", "path", "string", "The path that is asked for behind the proxy.");

    private static readonly (string Method, string Verb, string Name)[] ItemMethods =
    [
        ("get", "get", "read"), ("put", "update", "replace"), ("patch", "patch", "patch"),
        ("delete", "delete", "delete"),
    ];

    // HEAD and OPTIONS have no verb of their own in discovery.
    private static readonly (string Method, string Verb)[] ConnectMethods =
    [
        ("get", "get"), ("put", "update"), ("post", "create"), ("delete", "delete"), ("options", "delete"),
        ("head", "delete"), ("patch", "patch"),
    ];

    /// <summary>All paths of a resource.</summary>
    public IEnumerable<ApiPath> Of(ResourceDescriptor resource)
    {
        var root = "/" + OperationNames.PathOf(resource.Resource.Group, resource.Resource.Version) + "/";
        var collection = (resource.Namespaced ? "namespaces/{namespace}/" : "") + resource.Resource.Resource;
        var item = collection + "/{name}";
        List<ApiPath> paths =
        [
            new(root + collection, Collection(resource)),
            new(root + item, Item(resource, "", resource.Kind, resource.Verbs)),
        ];
        foreach (var part in resource.Subresources)
        {
            paths.AddRange(Subresource(resource, part, $"{root}{item}/{part.Name}"));
        }

        if (resource.Namespaced && resource.Verbs.Contains("list"))
        {
            paths.Add(new ApiPath(root + resource.Resource.Resource, [List(resource, everywhere: true)]));
        }

        if (resource.Verbs.Contains("watch") && !resource.IsCustom)
        {
            paths.Add(new ApiPath($"{root}watch/{collection}", [Watch(resource, "List", InScope(resource))]));
            paths.Add(new ApiPath($"{root}watch/{item}", [Watch(resource, "", InItem(resource))]));
            if (resource.Namespaced)
            {
                paths.Add(new ApiPath(
                    $"{root}watch/{resource.Resource.Resource}", [Watch(resource, "ListForAllNamespaces", [])]));
            }
        }

        return paths.Where(p => p.Operations.Count > 0);
    }

    private IEnumerable<ApiOperation> Collection(ResourceDescriptor resource)
    {
        if (resource.Verbs.Contains("list"))
        {
            yield return List(resource, everywhere: false);
        }

        if (resource.Verbs.Contains("create"))
        {
            yield return Create(resource, "", resource.Kind) with
            {
                Parameters = [Pretty, .. options.Of("CreateOptions"), .. InScope(resource)],
            };
        }

        if (resource.Verbs.Contains("deletecollection"))
        {
            yield return new ApiOperation("delete", Id(resource, "delete", "", "Collection"), Tag(resource))
            {
                Description = $"Delete all selected {resource.Kind.Kind} objects",
                Produces = MediaOf(resource),
                Body = DeleteOptionsType,
                Parameters =
                [
                    Pretty, .. options.Of("DeleteOptions"), .. InScope(resource),
                    .. options.Of("ListOptions").Where(p => p.Name is not ("watch" or "allowWatchBookmarks")),
                ],
                Responses = [new("200", "OK", Meta + "Status")],
                Action = "deletecollection",
                Kind = resource.Kind,
            };
        }
    }

    private ApiOperation List(ResourceDescriptor resource, bool everywhere) =>
        new("get", Id(resource, "list", everywhere ? "ForAllNamespaces" : ""), Tag(resource))
        {
            Description = $"List or watch {resource.Kind.Kind} objects",
            Produces = resource.IsCustom ? CustomMedia : StreamedMedia,
            Parameters = [Pretty, .. options.Of("ListOptions"), .. everywhere ? [] : InScope(resource)],
            Responses = [new("200", "OK", resource.ListSchemaType)],
            Action = "list",
            Kind = resource.Kind,
        };

    private ApiOperation Watch(ResourceDescriptor resource, string suffix, IReadOnlyList<ApiParameter> inPath) =>
        new("get", Id(resource, "watch", suffix), Tag(resource))
        {
            Description = "Deprecated; list with the parameter watch",
            Produces = StreamedMedia,
            Parameters = [Pretty, .. options.Of("ListOptions"), .. inPath],
            Responses = [new("200", "OK", Meta + "WatchEvent")],
            Action = suffix.Length == 0 ? "watch" : "watchlist",
            Kind = resource.Kind,
        };

    private IEnumerable<ApiOperation> Item(
        ResourceDescriptor resource, string suffix, GroupVersionKind kind, IReadOnlyList<string> verbs)
    {
        var what = suffix.Length == 0
            ? $"the {resource.Kind.Kind}"
            : $"the {suffix.ToLowerInvariant()} of the {resource.Kind.Kind}";
        var type = TypeOf(resource, kind);
        foreach (var (method, verb, name) in ItemMethods)
        {
            if (!verbs.Contains(verb))
            {
                continue;
            }

            yield return new ApiOperation(method, Id(resource, name, suffix), Tag(resource))
            {
                Description = OperationNames.Capitalized(name) + " " + what,
                Consumes = (verb == "patch", resource.IsCustom) switch
                {
                    (true, true) => CustomPatchMedia,
                    (true, false) => PatchMedia,
                    (false, true) => CustomMedia,
                    _ => ["*/*"],
                },
                Produces = MediaOf(resource),
                Body = verb switch { "get" => "", "delete" => DeleteOptionsType, "patch" => Meta + "Patch", _ => type },
                BodyRequired = verb is "update" or "patch",
                Parameters =
                [
                    Pretty, .. InItem(resource),
                    .. verb == "get" ? [] : options.Of(OperationNames.Capitalized(verb) + "Options"),
                ],
                Responses = verb switch
                {
                    "get" => [new("200", "OK", type)],
                    "delete" => DeleteResponses(resource.ReturnsDeletedObject ? type : Meta + "Status"),
                    _ => [new("200", "OK", type), new("201", "Created", type)],
                },
                Action = method,
                Kind = kind,
            };
        }
    }

    private IEnumerable<ApiPath> Subresource(ResourceDescriptor resource, SubresourceDescriptor part, string path)
    {
        var suffix = OperationNames.Capitalized(part.Name);
        if (part.Kind.Kind.EndsWith("Options", StringComparison.Ordinal))
        {
            yield return new ApiPath(path, Connect(resource, part, suffix, []));
            if (part.Name == "proxy")
            {
                yield return new ApiPath(path + "/{path}", Connect(resource, part, suffix + "WithPath", [SubPath]));
            }
        }
        else if (part.Name == "log")
        {
            yield return new ApiPath(path, [Log(resource, part, suffix)]);
        }
        else
        {
            var operations = Item(resource, suffix, part.Kind, part.Verbs);
            yield return new ApiPath(path, part.Verbs.Contains("create")
                ? operations.Append(Create(resource, suffix, part.Kind) with
                {
                    Parameters = [Pretty, .. options.Of("CreateOptions"), .. InItem(resource)],
                })
                : operations);
        }
    }

    private IEnumerable<ApiOperation> Connect(
        ResourceDescriptor resource, SubresourceDescriptor part, string suffix, IReadOnlyList<ApiParameter> inPath) =>
        ConnectMethods.Where(m => part.Verbs.Contains(m.Verb)).Select(m => new ApiOperation(
            m.Method, Id(resource, "connect", suffix, OperationNames.Capitalized(m.Method)), Tag(resource))
        {
            Description = $"Connect to the {part.Name} of the {resource.Kind.Kind}",
            Produces = ["*/*"],
            Parameters = [.. options.Of(part.Kind.Kind), .. InItem(resource), .. inPath],
            Responses = [new("200", "OK", ApiOperation.Text)],
            Action = "connect",
            Kind = part.Kind,
        });

    private ApiOperation Log(ResourceDescriptor resource, SubresourceDescriptor part, string suffix) =>
        new("get", Id(resource, "read", suffix), Tag(resource))
        {
            Description = $"Read the log of the {resource.Kind.Kind}",
            Produces = ["text/plain", .. Media],
            Parameters = [Pretty, .. options.Of("PodLogOptions"), .. InItem(resource)],
            Responses = [new("200", "OK", ApiOperation.Text)],
            Action = "get",
            Kind = part.Kind,
        };

    private static ApiOperation Create(ResourceDescriptor resource, string suffix, GroupVersionKind kind)
    {
        var type = TypeOf(resource, kind);
        return new ApiOperation("post", Id(resource, "create", suffix), Tag(resource))
        {
            Description = suffix.Length == 0
                ? $"Create an object of the kind {kind.Kind}"
                : $"Create the {suffix.ToLowerInvariant()} of the {resource.Kind.Kind}",
            Consumes = resource.IsCustom ? CustomMedia : ["*/*"],
            Produces = MediaOf(resource),
            Body = type,
            BodyRequired = true,
            Responses = [new("200", "OK", type), new("201", "Created", type), new("202", "Accepted", type)],
            Action = "post",
            Kind = kind,
        };
    }

    private static ApiResponse[] DeleteResponses(string type) =>
        [new("200", "OK", type), new("202", "Accepted", type)];

    private static string TypeOf(ResourceDescriptor resource, GroupVersionKind kind) => kind == resource.Kind && resource.IsCustom
        ? resource.SchemaType
        : ResourceCatalog.SchemaTypeName(kind.Group, kind.Version, kind.Kind);

    private static string[] MediaOf(ResourceDescriptor resource) => resource.IsCustom ? CustomMedia : Media;

    private static ApiParameter[] InScope(ResourceDescriptor resource) => resource.Namespaced ? [Namespace] : [];

    private static ApiParameter[] InItem(ResourceDescriptor resource) =>
        [.. InScope(resource), new ApiParameter("name", "path", "string", $"The name of the {resource.Kind.Kind}.")];

    private static string Tag(ResourceDescriptor resource) =>
        OperationNames.Tag(resource.Resource.Group, resource.Resource.Version);

    private static string Id(ResourceDescriptor resource, string verb, string suffix, string infix = "")
    {
        var isNamespaced = resource.Namespaced && !suffix.EndsWith("ForAllNamespaces", StringComparison.Ordinal);
        var scope = isNamespaced ? "Namespaced" : "";
        var label = OperationNames.Label(resource.Resource.Group, resource.Resource.Version);
        return verb + label + infix + scope + resource.Kind.Kind + suffix;
    }
}
