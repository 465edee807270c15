using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Batch;

namespace Kube1.Tests.Registry;

/// <summary>What is wrong with objects of the other kinds, in upstream's paths and words.</summary>
public sealed class ValidationTests
{
    private const string Template =
        "\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}";

    private const string Selector = "\"selector\":{\"matchLabels\":{\"a\":\"b\"}},";

    [TestCase("""{"type":"ClusterIP"}""", "spec.ports: Required value")]
    [TestCase("""{"clusterIP":"None"}""", "")]
    [TestCase("""{"ports":[{"port":80},{"port":81,"name":"b"}]}""", "spec.ports[0].name: Required value")]
    [TestCase("""
        {"ports":[{"port":80,"name":"a"},{"port":81,"name":"a"}]}
        """, "spec.ports[1].name: Duplicate value: \"a\"")]
    [TestCase("""{"ports":[{"port":80,"name":"a"},{"port":80,"name":"b"}]}""",
        "spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,"
        + "\"TargetPort\":0,\"NodePort\":0}")]
    [TestCase("""{"ports":[{"port":0}]}""",
        "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive;"
        + "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [TestCase("""{"ports":[{"port":80,"nodePort":30000}]}""",
        "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'")]
    [TestCase("""{"type":"NodePort","clusterIP":"None","ports":[{"port":80}]}""",
        "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services")]
    [TestCase("""{"type":"ExternalName"}""", "spec.externalName: Required value")]
    [TestCase("""{"type":"ExternalName","externalName":"example.com"}""", "")]
    [TestCase("""{"type":"Other","ports":[{"port":80}]}""",
        "spec.type: Unsupported value: \"Other\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", "
        + "\"NodePort\"")]
    [TestCase("""{"externalTrafficPolicy":"Local","ports":[{"port":80}]}""",
        "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible services")]
    [TestCase("""
        {"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":0}},
        "ports":[{"port":80}]}
        """,
        "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: must be greater than 0 and less than 86400")]
    [TestCase("""{"loadBalancerClass":"a/b","ports":[{"port":80}]}""",
        "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'")]
    public void Service_Create(string spec, string expected) => Assert.That(
        string.Join(';', Kind.Services.Validate($$"""
            {"metadata":{"name":"s"},"spec":{{spec}}}
            """)), Is.EqualTo(expected));

    [Test]
    public void Service_ClusterIPChanged_MayNot()
    {
        const string text = """
            {"metadata":{"name":"s"},"spec":{"clusterIP":"10.43.0.9","clusterIPs":["10.43.0.9"],
            "ports":[{"port":80}]}}
            """;
        var (old, obj) = (Kind.Json(text), Kind.Json(text.Replace("10.43.0.9", "10.43.0.8", StringComparison.Ordinal)));

        Assert.That(Kind.Services.ValidateUpdate(obj, old), Is.EqualTo(new[]
        {
            "spec.clusterIPs[0]: Invalid value: [\"10.43.0.8\"]: may not change once set",
        }));
    }

    [TestCase(Selector + Template, "")]
    [TestCase(Template, "spec.selector: Required value;"
        + "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`")]
    [TestCase("\"selector\":{}," + Template,
        "spec.selector: Invalid value: {}: empty selector is invalid for deployment")]
    [TestCase("\"selector\":{\"matchLabels\":{\"a\":\"c\"}}," + Template,
        "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`")]
    [TestCase(Selector + Template + ",\"replicas\":-1", "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [TestCase(Selector + Template + ",\"strategy\":{\"rollingUpdate\":{\"maxSurge\":0,\"maxUnavailable\":\"0%\"}}", "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": may not be 0 when `maxSurge` is 0")]
    [TestCase(Selector + Template + ",\"strategy\":{\"type\":\"Recreate\",\"rollingUpdate\":{}}", "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'")]
    [TestCase(Selector + Template + ",\"progressDeadlineSeconds\":5,\"minReadySeconds\":5", "spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds")]
    public void Deployment_Create(string spec, string expected) => Assert.That(
        string.Join(';', Kind.Deployments.Validate("""
            {"metadata":{"name":"d"},"spec":{
            """ + spec + "}}")), Is.EqualTo(expected));

    [TestCase("deployments")]
    [TestCase("replicasets")]
    [TestCase("daemonsets")]
    public void Workload_SelectorChanged_Immutable(string resource)
    {
        var kind = new Kind("apps", resource);
        var text = """{"metadata":{"name":"d"},"spec":{""" + Selector + Template + "}}";
        var old = kind.Defaulted(text);
        var obj = kind.Defaulted(text.Replace("\"a\":\"b\"", "\"a\":\"c\"", StringComparison.Ordinal));

        Assert.That(kind.ValidateUpdate(obj, old), Is.EqualTo(new[]
        {
            "spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"c\"}}: field is immutable",
        }));
    }

    [TestCase("batch", "jobs", """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}}""",
        "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"")]
    [TestCase("batch", "cronjobs",
        """
            {"spec":{"schedule":"* * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never",
            "containers":[{"name":"c","image":"i"}]}}}}}}
            """,
        "spec.schedule: Invalid value: \"* * *\": expected exactly 5 fields, found 3: [* * *]")]
    [TestCase("", "configmaps", """{"data":{"a b":"c"}}""",
        "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
        + "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")]
    [TestCase("", "secrets", """
        {"type":"kubernetes.io/tls","data":{"tls.crt":""}}
        """, "data[tls.key]: Required value")]
    [TestCase("", "endpoints", """{"subsets":[{"addresses":[{"ip":"127.0.0.1"}]}]}""",
        "subsets[0].addresses[0].ip: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)")]
    [TestCase("discovery.k8s.io", "endpointslices", """{"addressType":"IPv4","endpoints":[{"addresses":[]}]}""",
        "endpoints[0].addresses: Required value: must contain at least 1 address")]
    [TestCase("rbac.authorization.k8s.io", "roles", """{"rules":[{"apiGroups":[""],"resources":["pods"]}]}""",
        "rules[0].verbs: Required value: verbs must contain at least one value")]
    [TestCase("rbac.authorization.k8s.io", "roles", """{"rules":[{"verbs":["get"],"nonResourceURLs":["/x"]}]}""",
        "rules[0].nonResourceURLs: Invalid value: [\"/x\"]: namespaced rules cannot apply to non-resource URLs")]
    [TestCase("rbac.authorization.k8s.io", "clusterrolebindings", """{"roleRef":{"kind":"Role","name":"r"}}""",
        "roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"")]
    [TestCase("policy", "poddisruptionbudgets", """{"spec":{"minAvailable":1,"maxUnavailable":1}}""",
        "spec: Invalid value: {\"minAvailable\":1,\"maxUnavailable\":1}: minAvailable and maxUnavailable cannot be both set")]
    [TestCase("", "persistentvolumeclaims", """{"spec":{"accessModes":["ReadWriteOnce"]}}""",
        "spec.resources[storage]: Required value")]
    [TestCase("networking.k8s.io", "networkpolicies", """{"spec":{"podSelector":{},"ingress":[{"from":[{}]}]}}""",
        "spec.ingress[0].from[0]: Required value: must specify a peer")]
    [TestCase("networking.k8s.io", "ingresses", """{"spec":{}}""",
        "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified")]
    [TestCase("scheduling.k8s.io", "priorityclasses", """{"value":1000000001}""",
        "value: Forbidden: maximum allowed value of a user defined priority is 1000000000")]
    [TestCase("", "nodes", """
        {"spec":{"taints":[{"key":"a","effect":"NoSchedule"},{"key":"a","effect":"NoSchedule"}]}}
        """,
        "metadata.taints[1]: Duplicate value: {\"Key\":\"a\",\"Value\":\"\",\"Effect\":\"NoSchedule\",\"TimeAdded\":null}: "
        + "taints must be unique by key and effect pair")]
    [TestCase("coordination.k8s.io", "leases", """{"spec":{"leaseDurationSeconds":0}}""",
        "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0")]
    public void Create_BadObject_OneError(string group, string resource, string obj, string expected)
    {
        var json = Kind.Json(obj);
        json["metadata"] = Kind.Json("""{"name":"x","uid":"u"}""");
        Assert.That(new Kind(group, resource).Validate(json), Is.EqualTo(new[] { expected }));
    }

    [TestCase("", "configmaps", """{"immutable":true,"data":{"a":"b"}}""", """{"immutable":true,"data":{"a":"c"}}""",
        "data: Forbidden: field is immutable when `immutable` is set")]
    [TestCase("", "secrets", """
        {"type":"a"}
        """, """{"type":"b"}""", "type: Invalid value: \"b\": field is immutable")]
    [TestCase("rbac.authorization.k8s.io", "rolebindings", """{"roleRef":{"kind":"Role","name":"a"}}""",
        """{"roleRef":{"kind":"Role","name":"b"}}""",
        "roleRef: Invalid value: {\"kind\":\"Role\",\"name\":\"b\",\"apiGroup\":\"rbac.authorization.k8s.io\"}: "
        + "cannot change roleRef")]
    [TestCase("", "nodes", """{"spec":{"podCIDRs":["10.0.0.0/24"]}}""", """{"spec":{"podCIDRs":["10.0.1.0/24"]}}""",
        "spec.podCIDRs[0]: Forbidden: node updates may not change podCIDR except from \"\" to valid")]
    [TestCase("scheduling.k8s.io", "priorityclasses", """{"value":1}""", """{"value":2}""",
        "value: Forbidden: may not be changed in an update.")]
    [TestCase("storage.k8s.io", "storageclasses", """{"provisioner":"a"}""", """{"provisioner":"b"}""",
        "provisioner: Forbidden: updates to provisioner are forbidden.")]
    public void Update_FieldThatStays_OneError(string group, string resource, string old, string obj, string expected) =>
        Assert.That(new Kind(group, resource).ValidateUpdate(Kind.Json(obj), Kind.Json(old)), Is.EqualTo(new[] { expected }));

    [TestCase("* * * * *", true)]
    [TestCase("*/5 0-4,8 1 jan-mar mon", true)]
    [TestCase("@hourly", true)]
    [TestCase("@every 1h30m", true)]
    [TestCase("@every", false)]
    [TestCase("60 * * * *", false)]
    [TestCase("* * * * 5-1", false)]
    [TestCase("*/0 * * * *", false)]
    [TestCase("CRON_TZ=UTC * * * * *", true)]
    [TestCase("CRON_TZ=Mars * * * * *", false)]
    public void CronSyntax_Schedule_Recognised(string schedule, bool valid) =>
        Assert.That(CronSyntax.Check(schedule), valid ? Is.Null : Is.Not.Null);

    [TestCase("@every ", "time: invalid duration \"\"")]
    [TestCase("@every 5", "time: missing unit in duration \"5\"")]
    [TestCase("@every 5x", "time: unknown unit \"x\" in duration \"5x\"")]
    [TestCase("@every 1h5", "time: missing unit in duration \"1h5\"")]
    [TestCase("@every .s", "time: invalid duration \".s\"")]
    [TestCase("@every 3000000h", "time: invalid duration \"3000000h\"")]
    [TestCase("@every 99999999999999999999999999999999s", "time: invalid duration \"99999999999999999999999999999999s\"")]
    [TestCase("@every 0", null)]
    [TestCase("@every +1.5h30m.5s10ms", null)]
    [TestCase("@every -5m", null)]
    public void CronSyntax_Every_SpeaksAsGo(string schedule, string? expected) => Assert.That(
        CronSyntax.Check(schedule), Is.EqualTo(expected is null ? null : $"failed to parse duration {schedule}: {expected}"));

    [Test]
    public void Default_AnyKindAnyObject_Idempotent() => Assert.Multiple(() =>
    {
        foreach (var resource in ResourceCatalog.All)
        {
            var strategy = StrategyCatalog.For(resource);
            var once = Kind.Json(
                """
                    {"metadata":{"name":"x"},"type":"","stringData":{"a":"b"},
                    "spec":{"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c",
                    "image":"i","ports":[{"containerPort":1}]}],"volumes":[{"name":"v"}]}},"ports":[{"port":1}],
                    "containers":[{"name":"c","livenessProbe":{"httpGet":{"port":1}}}]}}
                    """);
            strategy.Default(once);
            var twice = once.DeepClone().AsObject();
            strategy.Default(twice);
            Assert.That(twice.ToJsonString(), Is.EqualTo(once.ToJsonString()), resource.Resource.ToString());
        }
    });

    [Test]
    public void Job_Create_SelectsByItsUid()
    {
        var kind = new Kind("batch", "jobs");
        var job = kind.Defaulted(
            """
                {"metadata":{"name":"j","uid":"u"},"spec":{"template":{"spec":{"restartPolicy":"Never",
                "containers":[{"name":"c","image":"i"}]}}}}
                """);

        Assert.That(kind.Validate(job), Is.Empty);
        Assert.That(job["spec"]!["selector"]!.ToJsonString(),
            Is.EqualTo("""{"matchLabels":{"batch.kubernetes.io/controller-uid":"u"}}"""));
        Assert.That((string?)job["spec"]!["template"]!["metadata"]!["labels"]!["job-name"], Is.EqualTo("j"));
        Assert.That((long?)job["spec"]!["backoffLimit"], Is.EqualTo(6));
    }

    [Test]
    public void Secret_StringData_BecomesData()
    {
        var secret = new Kind("", "secrets").Defaulted("""{"stringData":{"a":"b"},"data":{"a":"eA==","c":"eA=="}}""");

        Assert.That(secret.ToJsonString(), Is.EqualTo("""{"data":{"a":"Yg==","c":"eA=="},"type":"Opaque"}"""));
    }

    [Test]
    public void SigningRequest_Create_RequestorIsTheUser()
    {
        var kind = new Kind("certificates.k8s.io", "certificatesigningrequests");
        var request = kind.Defaulted("""{"spec":{"username":"mallory","groups":["system:masters"]}}""");

        kind.Strategy.PrepareForCreate(kind.Context, request);

        Assert.That(request["spec"]!.ToJsonString(), Is.EqualTo("""{"username":"alice","groups":["team"]}"""));
    }
}
