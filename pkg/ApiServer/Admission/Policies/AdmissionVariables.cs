using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Extensions.Rules;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// The variables request and namespaceObject: the fields that expressions may name, and their values
/// (k8s.io/apiserver/pkg/admission/plugin/cel/compile.go).
/// </summary>
internal static class AdmissionVariables
{
    private static readonly StructuralSchema Text = new() { Type = "string" };
    private static readonly StructuralSchema Texts = List(Text);
    private static readonly StructuralSchema TextMap = Map(Text);
    private static readonly StructuralSchema Time =
        new() { Type = "string", Validation = new ValueValidation { Format = "date-time" } };

    private static readonly StructuralSchema Number = new() { Type = "integer" };

    private static readonly StructuralSchema Kind = Object(("group", Text), ("version", Text), ("kind", Text));

    private static readonly StructuralSchema Resource = Object(("group", Text), ("version", Text), ("resource", Text));

    private static readonly StructuralSchema RequestSchema = Object(
        ("kind", Kind), ("resource", Resource), ("subResource", Text), ("requestKind", Kind),
        ("requestResource", Resource), ("requestSubResource", Text), ("name", Text), ("namespace", Text),
        ("operation", Text),
        ("userInfo", Object(("username", Text), ("uid", Text), ("groups", Texts), ("extra", Map(Texts)))),
        ("dryRun", new StructuralSchema { Type = "boolean" }));

    // Some fields of a namespace are left out on purpose.
    private static readonly StructuralSchema NamespaceSchema = Object(
        ("metadata", Object(
            ("name", Text), ("generateName", Text), ("namespace", Text), ("labels", TextMap), ("annotations", TextMap),
            ("UID", Text), ("creationTimestamp", Time), ("deletionGracePeriodSeconds", Number),
            ("deletionTimestamp", Time), ("generation", Number), ("resourceVersion", Text), ("finalizers", Texts))),
        ("spec", Object(("finalizers", Texts))),
        ("status", Object(
            ("conditions", List(Object(
                ("status", Text), ("type", Text), ("lastTransitionTime", Time), ("message", Text), ("reason", Text)))),
            ("phase", Text))));

    /// <summary>Knows the fields of both.</summary>
    public static DeclaredTypes Types { get; } = new();

    /// <summary>The type of request.</summary>
    public static DeclaredType RequestType { get; } = Types.Declare(RequestSchema, false, "kubernetes.AdmissionRequest")!;

    /// <summary>The type of namespaceObject.</summary>
    public static DeclaredType NamespaceType { get; } = Types.Declare(NamespaceSchema, false, "kubernetes.Namespace")!;

    /// <summary>
    /// The value of request, for those who see the write in a version. Of its options nothing is known beforehand: they are
    /// another kind for each operation.
    /// </summary>
    public static CelValue RequestOf(AdmissionRequest request, MatchedResource seen) =>
        JsonViews.Of(Describe(request, seen));

    /// <summary>The value of namespaceObject; null for cluster-scoped writes.</summary>
    public static CelValue NamespaceOf(JsonObject? ns) =>
        ns is null ? CelValue.Null : SchemaValues.Of(ns, NamespaceSchema);

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

    private static StructuralSchema Object(params ReadOnlySpan<(string Name, StructuralSchema Schema)> fields)
    {
        var table = new Dictionary<string, StructuralSchema>(StringComparer.Ordinal);
        foreach (var (name, schema) in fields)
        {
            table.Add(name, schema);
        }

        return new StructuralSchema { Type = "object", PropertyTable = table };
    }

    private static StructuralSchema List(StructuralSchema items) => new() { Type = "array", Items = items };

    private static StructuralSchema Map(StructuralSchema values) =>
        new() { Type = "object", AdditionalProperties = values, AllowsAdditionalProperties = true };
}
