using Kube1.Api;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Audit.Policies;

/// <summary>The type of policies, which OpenAPI does not define (k8s.io/apiserver/pkg/apis/audit/v1).</summary>
internal static class AuditPolicyTypes
{
    private const string Package = "io.k8s.apiserver.pkg.apis.audit.v1.";

    /// <summary>What a file is taken for that names neither version nor kind: upstream's type within the server.</summary>
    public static GroupVersionKind Internal { get; } = new("audit.k8s.io", "__internal", "Policy");

    /// <summary>Policy</summary>
    public static SchemaType Policy { get; } = Make();

    private static SchemaType Make()
    {
        var texts = SchemaValue.ListOf(SchemaValue.String);
        var groupResources = new SchemaType(
            Package + "GroupResources",
            [new("group", SchemaValue.String), new("resources", texts), new("resourceNames", texts)]);
        var rule = new SchemaType(
            Package + "PolicyRule",
            [
                new("level", SchemaValue.String), new("users", texts), new("userGroups", texts), new("verbs", texts),
                new("resources", SchemaValue.ListOf(SchemaValue.ObjectOf(groupResources))), new("namespaces", texts),
                new("nonResourceURLs", texts), new("omitStages", texts),
                new("omitManagedFields", SchemaValue.Of(SchemaKind.Boolean)),
            ]);
        return new SchemaType(
            Package + "Policy",
            [
                new("kind", SchemaValue.String), new("apiVersion", SchemaValue.String),
                new("metadata", SchemaCatalog.BuiltIn.ValueOf("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")),
                new("rules", SchemaValue.ListOf(SchemaValue.ObjectOf(rule))), new("omitStages", texts),
                new("omitManagedFields", SchemaValue.Of(SchemaKind.Boolean)),
            ])
        {
            Kind = Internal,
        };
    }
}
