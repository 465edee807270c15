using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Json;
using Kube1.Api.OpenApi;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

/// <summary>The OpenAPI documents of all built-in resources.</summary>
public sealed class OpenApiDocumentTests
{
    private static readonly Lazy<byte[]> V2Bytes = new(() => Bytes(s => OpenApiV2.Write(s, ResourceCatalog.All, "v1.36.2")));

    private static JsonObject V2 => JsonNode.Parse(V2Bytes.Value)!.AsObject();

    private static IEnumerable<string> Names => OpenApiV3.NamesOf(ResourceCatalog.All);

    private static IEnumerable<ResourceDescriptor> Resources => ResourceCatalog.All;

    [Test]
    public void V2_Document_FollowsTheSpecification()
    {
        var reader = OpenApiReader.Read(V2);

        Assert.That(reader.Problems, Is.Empty);
        Assert.That(reader.OperationIds, Is.Unique.And.Count.GreaterThan(700));
    }

    [TestCaseSource(nameof(Names))]
    public void V3_Document_FollowsTheSpecification(string name)
    {
        var reader = OpenApiReader.Read(V3(name));

        Assert.That(reader.Problems, Is.Empty);
        Assert.That(reader.OperationIds, Is.Unique.And.Not.Empty);
    }

    [Test]
    public void V2_Protobuf_DecodesToTheSame()
    {
        var protobuf = Bytes(s => GnosticEncoder.Encode(s, V2Bytes.Value, OpenApiVersion.V2));

        Assert.That(JsonNode.DeepEquals(new GnosticDecoder(OpenApiVersion.V2).Decode(protobuf), V2), Is.True);
    }

    [TestCaseSource(nameof(Names))]
    public void V3_Protobuf_DecodesToTheSame(string name)
    {
        var json = Bytes(s => OpenApiV3.Write(s, name, ResourceCatalog.All, "v1.36.2"));
        var protobuf = Bytes(s => GnosticEncoder.Encode(s, json, OpenApiVersion.V3));

        Assert.That(
            JsonNode.DeepEquals(new GnosticDecoder(OpenApiVersion.V3).Decode(protobuf), JsonNode.Parse(json)), Is.True);
    }

    // The largest thing that the server makes: it must not be what sets the size of its heap.
    [Test]
    public void V2_Document_StaysInItsAllocationBudget()
    {
        OpenApiV2.Write(Stream.Null, ResourceCatalog.All, "v1.36.2");
        var before = GC.GetAllocatedBytesForCurrentThread();
        OpenApiV2.Write(Stream.Null, ResourceCatalog.All, "v1.36.2");

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(8 * 1024 * 1024));
    }

    [Test]
    public void Definitions_EveryResource_HaveItsKindAndList()
    {
        var v2 = V2["definitions"]!;
        foreach (var group in Resources.GroupBy(r => OperationNames.PathOf(r.Resource.Group, r.Resource.Version)))
        {
            var v3 = V3(group.Key)["components"]!["schemas"]!;
            foreach (var resource in group)
            {
                var expected =
                    $$"""[{"group":"{{resource.Kind.Group}}","kind":"{{resource.Kind.Kind}}","version":"{{resource.Kind.Version}}"}]""";
                foreach (var definitions in new[] { v2, v3 })
                {
                    Assert.That(
                        definitions[resource.SchemaType]?["x-kubernetes-group-version-kind"]?.ToJsonString(),
                        Is.EqualTo(expected), resource.SchemaType);
                    Assert.That(definitions[resource.SchemaType]!["description"], Is.Not.Null, resource.SchemaType);
                    if (resource.Verbs.Contains("list"))
                    {
                        Assert.That(
                            definitions[resource.SchemaType + "List"]?["x-kubernetes-group-version-kind"]?.ToJsonString(),
                            Is.EqualTo(expected.Replace("\",\"version", "List\",\"version", StringComparison.Ordinal)));
                    }
                }
            }
        }
    }

    // Upstream's names of the operations on jobs; clients are generated from them.
    [TestCase("/apis/batch/v1/", "get", "getBatchV1APIResources", "")]
    [TestCase("/apis/batch/", "get", "getBatchAPIGroup", "")]
    [TestCase("/apis/", "get", "getAPIVersions", "")]
    [TestCase("/api/", "get", "getCoreAPIVersions", "")]
    [TestCase("/version/", "get", "getCodeVersion", "")]
    [TestCase("/.well-known/openid-configuration/", "get", "getServiceAccountIssuerOpenIDConfiguration", "")]
    [TestCase("/openid/v1/jwks/", "get", "getServiceAccountIssuerOpenIDKeyset", "")]
    [TestCase("/apis/batch/v1/jobs", "get", "listBatchV1JobForAllNamespaces", "list")]
    [TestCase("/apis/batch/v1/namespaces/{namespace}/jobs", "get", "listBatchV1NamespacedJob", "list")]
    [TestCase("/apis/batch/v1/namespaces/{namespace}/jobs", "post", "createBatchV1NamespacedJob", "post")]
    [TestCase("/apis/batch/v1/namespaces/{namespace}/jobs", "delete", "deleteBatchV1CollectionNamespacedJob", "deletecollection")]
    [TestCase("/apis/batch/v1/namespaces/{namespace}/jobs/{name}", "get", "readBatchV1NamespacedJob", "get")]
    [TestCase("/apis/batch/v1/namespaces/{namespace}/jobs/{name}", "put", "replaceBatchV1NamespacedJob", "put")]
    [TestCase("/apis/batch/v1/namespaces/{namespace}/jobs/{name}", "patch", "patchBatchV1NamespacedJob", "patch")]
    [TestCase("/apis/batch/v1/namespaces/{namespace}/jobs/{name}", "delete", "deleteBatchV1NamespacedJob", "delete")]
    [TestCase("/apis/batch/v1/namespaces/{namespace}/jobs/{name}/status", "patch", "patchBatchV1NamespacedJobStatus", "patch")]
    [TestCase("/apis/batch/v1/watch/jobs", "get", "watchBatchV1JobListForAllNamespaces", "watchlist")]
    [TestCase("/apis/batch/v1/watch/namespaces/{namespace}/jobs", "get", "watchBatchV1NamespacedJobList", "watchlist")]
    [TestCase("/apis/batch/v1/watch/namespaces/{namespace}/jobs/{name}", "get", "watchBatchV1NamespacedJob", "watch")]
    [TestCase("/api/v1/namespaces/{namespace}/pods/{name}/exec", "post", "connectCoreV1PostNamespacedPodExec", "connect")]
    [TestCase("/api/v1/namespaces/{namespace}/pods/{name}/log", "get", "readCoreV1NamespacedPodLog", "get")]
    [TestCase("/api/v1/namespaces/{namespace}/pods/{name}/eviction", "post", "createCoreV1NamespacedPodEviction", "post")]
    [TestCase("/api/v1/namespaces/{namespace}/pods/{name}/ephemeralcontainers", "put", "replaceCoreV1NamespacedPodEphemeralcontainers", "put")]
    [TestCase("/api/v1/namespaces/{namespace}/services/{name}/proxy/{path}", "head", "connectCoreV1HeadNamespacedServiceProxyWithPath", "connect")]
    [TestCase("/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token", "post", "createCoreV1NamespacedServiceAccountToken", "post")]
    [TestCase("/api/v1/namespaces/{name}/finalize", "put", "replaceCoreV1NamespaceFinalize", "put")]
    [TestCase("/apis/rbac.authorization.k8s.io/v1/clusterroles", "get", "listRbacAuthorizationV1ClusterRole", "list")]
    [TestCase("/apis/authentication.k8s.io/v1/tokenreviews", "post", "createAuthenticationV1TokenReview", "post")]
    public void V2_Operation_IsNamedAsUpstream(string path, string method, string id, string action)
    {
        var operation = V2["paths"]![path]?[method];

        Assert.That((string?)operation?["operationId"], Is.EqualTo(id));
        Assert.That((string?)operation!["x-kubernetes-action"] ?? "", Is.EqualTo(action));
    }

    // kubectl asks the documents whether the server can do these two things (QueryParamVerifier).
    [Test]
    public void Patch_EveryResource_TakesDryRunAndFieldValidation()
    {
        var v2 = V2["paths"]!.AsObject();
        foreach (var resource in Resources.Where(r => r.Verbs.Contains("patch")))
        {
            var root = $"/{OperationNames.PathOf(resource.Resource.Group, resource.Resource.Version)}/";
            var path = root + (resource.Namespaced ? "namespaces/{namespace}/" : "") + resource.Resource.Resource + "/{name}";
            var parameters = v2[path]!["patch"]!["parameters"]!.AsArray().Select(p => (string?)p!["name"]);

            Assert.That(parameters, Is.SupersetOf(new[] { "dryRun", "fieldValidation" }), path);
        }
    }

    [TestCase("io.k8s.api.core.v1.Container", "ports",
        """{"type":"array","items":{"default":{},"allOf":[{"$ref":"#/components/schemas/io.k8s.api.core.v1.ContainerPort"}]},"x-kubernetes-list-map-keys":["containerPort","protocol"],"x-kubernetes-list-type":"map","x-kubernetes-patch-merge-key":"containerPort","x-kubernetes-patch-strategy":"merge"}""")]
    [TestCase("io.k8s.api.core.v1.Container", "name", """{"type":"string","default":""}""")]
    [TestCase("io.k8s.api.core.v1.Container", "image", """{"type":"string"}""")]
    [TestCase("io.k8s.api.core.v1.Container", "imagePullPolicy", """{"type":"string","enum":["Always","IfNotPresent","Never"]}""")]
    [TestCase("io.k8s.api.core.v1.Container", "livenessProbe", """{"allOf":[{"$ref":"#/components/schemas/io.k8s.api.core.v1.Probe"}]}""")]
    [TestCase("io.k8s.api.core.v1.ContainerPort", "protocol", """{"type":"string","default":"TCP","enum":["SCTP","TCP","UDP"]}""")]
    [TestCase("io.k8s.api.core.v1.ContainerPort", "containerPort", """{"type":"integer","format":"int32","default":0}""")]
    [TestCase("io.k8s.api.core.v1.ConfigMap", "data", """{"type":"object","additionalProperties":{"type":"string","default":""}}""")]
    [TestCase("io.k8s.api.core.v1.ConfigMap", "binaryData", """{"type":"object","additionalProperties":{"type":"string","format":"byte"}}""")]
    [TestCase("io.k8s.api.core.v1.Pod", "spec", """{"default":{},"allOf":[{"$ref":"#/components/schemas/io.k8s.api.core.v1.PodSpec"}]}""")]
    [TestCase("io.k8s.api.core.v1.Node", "spec", """{"default":{},"allOf":[{"$ref":"#/components/schemas/io.k8s.api.core.v1.NodeSpec"}]}""")]
    [TestCase("io.k8s.api.core.v1.Volume", "glusterfs", """{"allOf":[{"$ref":"#/components/schemas/io.k8s.api.core.v1.GlusterfsVolumeSource"}]}""")]
    [TestCase("io.k8s.api.core.v1.ISCSIVolumeSource", "secretRef", """{"allOf":[{"$ref":"#/components/schemas/io.k8s.api.core.v1.LocalObjectReference"}]}""")]
    [TestCase("io.k8s.api.core.v1.ResourceRequirements", "limits",
        """{"type":"object","additionalProperties":{"$ref":"#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity"}}""")]
    public void V3_Field_HasUpstreamsShape(string type, string field, string expected)
    {
        var schema = V3("api/v1")["components"]!["schemas"]![type]!["properties"]![field]!.AsObject();
        schema.Remove("description");

        Assert.That(schema.ToJsonString(), Is.EqualTo(expected));
    }

    [TestCase("io.k8s.apimachinery.pkg.api.resource.Quantity", """{"type":"string"}""", """{"oneOf":[{"type":"string"},{"type":"number"}]}""")]
    [TestCase("io.k8s.apimachinery.pkg.util.intstr.IntOrString", """{"type":"string","format":"int-or-string"}""",
        """{"format":"int-or-string","oneOf":[{"type":"integer"},{"type":"string"}]}""")]
    [TestCase("io.k8s.apimachinery.pkg.apis.meta.v1.Time", """{"type":"string","format":"date-time"}""", """{"type":"string","format":"date-time"}""")]
    [TestCase("io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", """{"type":"object"}""", """{"type":"object"}""")]
    public void Definition_OfScalar_DiffersByVersion(string type, string v2, string v3)
    {
        Assert.That(Shape(V2["definitions"]!), Is.EqualTo(v2));
        Assert.That(Shape(V3("api/v1")["components"]!["schemas"]!), Is.EqualTo(v3));

        string Shape(JsonNode definitions)
        {
            var schema = definitions[type]!.AsObject();
            schema.Remove("description");
            return schema.ToJsonString();
        }
    }

    [Test]
    public void Facts_EveryRow_NamesATypeAndItsFields()
    {
        foreach (var (name, facts) in TypeFacts.Load())
        {
            var type = SchemaCatalog.BuiltIn.Find(name);
            var fields = facts.ZeroDefaults.Concat(facts.Enums.Keys)
                .Concat(facts.Union?.Members.Select(m => m.Field) ?? []).ToList();
            Assert.That(type, Is.Not.Null, name);
            Assert.That(fields.Where(f => type!.Find(f) is null), Is.Empty, name);
        }
    }

    [Test]
    public void AtomicTypes_EveryRow_NamesAType() => Assert.That(
        AtomicTypes.Names, Is.Not.Empty.And.All.Matches<string>(name => SchemaCatalog.BuiltIn.Find(name!)!.IsAtomic));

    [Test]
    public void Descriptions_EveryLine_NamesATypeOrField()
    {
        var types = SchemaCatalog.BuiltIn.Names.Select(n => SchemaCatalog.BuiltIn.Find(n)!).ToLookup(t => t.ShortName);
        var wrong = new Descriptions().Names.Where(name =>
        {
            var (type, field) = name.Split('.') is [var t, var f] ? (t, f) : (name, "");
            return type switch
            {
                "*" => !types.Any(g => g.Any(t => t.Find(field) is not null)),
                _ when type.EndsWith("Options", StringComparison.Ordinal) => false,
                _ => !types[type].Any(t => field.Length == 0 || t.Find(field) is not null),
            };
        });

        Assert.That(wrong, Is.Empty);
    }

    // What people look up most has a line for each field.
    [TestCase("core", "PodSpec", "PodStatus", "Container", "ContainerPort", "ContainerStatus", "EnvVar", "EnvVarSource",
        "EnvFromSource", "Probe", "ExecAction", "HTTPGetAction", "TCPSocketAction", "GRPCAction", "Lifecycle",
        "LifecycleHandler", "SecurityContext", "PodSecurityContext", "ResourceRequirements", "VolumeMount", "Volume",
        "Toleration", "Affinity", "TopologySpreadConstraint", "ServiceSpec", "ServicePort", "PersistentVolumeClaimSpec",
        "Secret", "ConfigMap")]
    [TestCase("apps", "DeploymentSpec", "DeploymentStatus", "DeploymentStrategy", "RollingUpdateDeployment",
        "StatefulSetSpec", "DaemonSetSpec")]
    [TestCase("batch", "JobSpec", "JobStatus", "CronJobSpec")]
    [TestCase("networking", "IngressSpec", "IngressRule", "HTTPIngressPath", "IngressBackend", "IngressTLS",
        "NetworkPolicySpec", "NetworkPolicyIngressRule", "NetworkPolicyEgressRule", "NetworkPolicyPeer",
        "NetworkPolicyPort", "IPBlock")]
    [TestCase("rbac", "PolicyRule", "RoleRef", "Subject", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")]
    [TestCase("autoscaling", "HorizontalPodAutoscalerSpec")]
    [TestCase("policy", "PodDisruptionBudgetSpec")]
    [TestCase("storage", "StorageClass")]
    public void Descriptions_MostLookedUp_AreComplete(string group, params string[] types)
    {
        var descriptions = new Descriptions();
        var missing = types.Select(t => SchemaCatalog.BuiltIn.Find($"io.k8s.api.{group}.v1.{t}")!)
            .SelectMany(t => t.Fields.Where(f => descriptions.Find(t.Name, f.JsonName) is null).Select(f => $"{t.ShortName}.{f.JsonName}"));

        Assert.That(missing, Is.Empty);
    }

    // Schemas of custom resources nest as deep as objects may, far below what parsers take unasked.
    [TestCase(OpenApiVersion.V2, "definitions", 100)]
    [TestCase(OpenApiVersion.V3, "components.schemas", 100)]
    [TestCase(OpenApiVersion.V3, "components.schemas", 200)]
    public void Protobuf_DeepSchema_IsTheJsonOne(OpenApiVersion version, string place, int depth)
    {
        // Long descriptions make the document one of those that are taken apart.
        var document = new JsonObject { ["type"] = "string" };
        for (var i = 0; i < depth; i++)
        {
            var properties = new JsonObject { [$"p\"{i}"] = document, ["note"] = new JsonObject { ["description"] = new string('x', 1000) } };
            document = new JsonObject { ["type"] = "object", ["properties"] = properties };
        }

        foreach (var name in place.Split('.').Reverse().Prepend("Deep"))
        {
            document = new JsonObject { [name] = document };
        }

        var json = CanonicalJson.Serialize(document);
        var protobuf = Bytes(s => GnosticEncoder.Encode(s, json, version));

        Assert.That(JsonNode.DeepEquals(new GnosticDecoder(version).Decode(protobuf), document), Is.True);
    }

    private static JsonObject V3(string name) =>
        JsonNode.Parse(Bytes(s => OpenApiV3.Write(s, name, ResourceCatalog.All, "v1.36.2")))!.AsObject();

    private static byte[] Bytes(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }
}
