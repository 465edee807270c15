using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.ApiServer.Admission.Matching;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// The variables request and namespaceObject: the fields that expressions may name, and their values
/// (k8s.io/apiserver/pkg/admission/plugin/cel/compile.go). As upstream, the types matter only to the checker: what is
/// evaluated is JSON as it is.
/// </summary>
internal static class AdmissionVariables
{
    private static readonly Dictionary<string, IReadOnlyDictionary<string, CelType>> Fields = new(StringComparer.Ordinal);

    private static readonly CelType Text = CelType.String;
    private static readonly CelType Texts = CelType.List(Text);
    private static readonly CelType TextMap = CelType.Map(Text, Text);

    private static readonly CelType Kind = Declare("GroupVersionKind", ("group", Text), ("version", Text), ("kind", Text));

    private static readonly CelType Resource =
        Declare("GroupVersionResource", ("group", Text), ("version", Text), ("resource", Text));

    private static readonly CelType UserInfo = Declare(
        "UserInfo", ("username", Text), ("uid", Text), ("groups", Texts), ("extra", CelType.Map(Text, Texts)));

    // Some fields of a namespace are left out on purpose.
    private static readonly CelType NamespaceMetadata = Declare(
        "NamespaceMetadata", ("name", Text), ("generateName", Text), ("namespace", Text), ("labels", TextMap),
        ("annotations", TextMap), ("UID", Text), ("creationTimestamp", CelType.Timestamp),
        ("deletionGracePeriodSeconds", CelType.Int), ("deletionTimestamp", CelType.Timestamp), ("generation", CelType.Int),
        ("resourceVersion", Text), ("finalizers", Texts));

    private static readonly CelType NamespaceCondition = Declare(
        "NamespaceCondition", ("status", Text), ("type", Text), ("lastTransitionTime", CelType.Timestamp), ("message", Text),
        ("reason", Text));

    /// <summary>The type of request. Of its options nothing is known beforehand: they are another kind for each operation.</summary>
    public static CelType RequestType { get; } = Declare(
        "AdmissionRequest", ("kind", Kind), ("resource", Resource), ("subResource", Text), ("requestKind", Kind),
        ("requestResource", Resource), ("requestSubResource", Text), ("name", Text), ("namespace", Text),
        ("operation", Text), ("userInfo", UserInfo), ("dryRun", CelType.Bool), ("options", CelType.Dyn));

    /// <summary>The type of namespaceObject.</summary>
    public static CelType NamespaceType { get; } = Declare(
        "Namespace", ("metadata", NamespaceMetadata), ("spec", Declare("NamespaceSpec", ("finalizers", Texts))),
        ("status", Declare("NamespaceStatus", ("conditions", CelType.List(NamespaceCondition)), ("phase", Text))));

    /// <summary>The type of a field of both; false for other types and fields.</summary>
    public static bool TryFindField(string typeName, string field, [MaybeNullWhen(false)] out CelType type)
    {
        type = Fields.GetValueOrDefault(typeName)?.GetValueOrDefault(field);
        return type is not null;
    }

    /// <summary>The value of request, for those who see the write in a version.</summary>
    public static CelValue RequestOf(AdmissionRequest request, MatchedResource seen) =>
        JsonViews.Of(Describe(request, seen));

    /// <summary>The value of namespaceObject; null for cluster-scoped writes.</summary>
    public static CelValue NamespaceOf(JsonObject? ns)
    {
        var shown = ns?.DeepClone().AsObject();
        var metadata = shown?["metadata"]?.AsObject();
        metadata?.Remove("ownerReferences");
        metadata?.Remove("managedFields");
        return JsonViews.Of(shown);
    }

    private static JsonObject Describe(AdmissionRequest request, MatchedResource seen)
    {
        var requested = request.Forms.Requested;
        var described = new JsonObject
        {
            ["kind"] = Shown(seen.Kind),
            ["resource"] = Shown(seen.Resource),
            ["requestKind"] = Shown(requested.Kind),
            ["requestResource"] = Shown(requested.Resource),
            ["name"] = request.RequestedName,
            ["operation"] = AdmissionMetrics.NameOf(request.Operation),
            ["userInfo"] = User(request),
            ["dryRun"] = request.DryRun,
            ["options"] = request.Origin?.OptionsOf(request),
        };
        SetText(described, "subResource", request.Subresource);
        SetText(described, "requestSubResource", request.Subresource);
        SetText(described, "namespace", request.NamespaceOrOwnName);
        return described;
    }

    private static JsonObject Shown(GroupVersionKind kind) => new()
    {
        ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind,
    };

    private static JsonObject Shown(GroupVersionResource resource) => new()
    {
        ["group"] = resource.Group, ["version"] = resource.Version, ["resource"] = resource.Resource,
    };

    private static JsonObject User(AdmissionRequest request)
    {
        var user = new JsonObject();
        SetText(user, "username", request.User.Name);
        SetText(user, "uid", request.User.Uid);
        if (request.User.Groups.Count > 0)
        {
            user["groups"] = new JsonArray([.. request.User.Groups.Select(g => JsonValue.Create(g))]);
        }

        if (request.User.Extra.Count > 0)
        {
            user["extra"] = new JsonObject(request.User.Extra.Select(e => KeyValuePair.Create(
                e.Key, (JsonNode?)new JsonArray([.. e.Value.Select(v => JsonValue.Create(v))]))));
        }

        return user;
    }

    private static void SetText(JsonObject obj, string field, string value)
    {
        if (value.Length > 0)
        {
            obj[field] = value;
        }
    }

    private static CelType Declare(string name, params ReadOnlySpan<(string Name, CelType Type)> fields)
    {
        var table = new Dictionary<string, CelType>(StringComparer.Ordinal);
        foreach (var (field, type) in fields)
        {
            table.Add(field, type);
        }

        var declared = CelType.Object("kubernetes." + name);
        Fields.Add(declared.Name, table);
        return declared;
    }
}
