using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api;

namespace Kube1.Testing;

/// <summary>Of each built-in resource that is stored, the smallest object that passes validation.</summary>
public static class SmallestObjects
{
    // What several objects contain.
    private static readonly (string Mark, string Json)[] Parts =
    [
        ("$pod", """{"containers":[{"name":"c","image":"i"}]}"""),
        ("$once", """{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}"""),
        ("$labels", """{"labels":{"a":"b"}}"""),
        ("$rule", """{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"]}"""),
    ];

    private static readonly Lazy<string> SigningRequest = new(MakeSigningRequest);

    /// <summary>The object; its name is one that the resource allows, see <see cref="NameOf"/>.</summary>
    public static JsonObject Of(GroupResource resource)
    {
        var body = Parts.Aggregate(
            Body(resource), (text, part) => text.Replace(part.Mark, part.Json, StringComparison.Ordinal));
        if (resource.Resource == "certificatesigningrequests")
        {
            body = body.Replace("$request", SigningRequest.Value, StringComparison.Ordinal);
        }

        var obj = JsonNode.Parse("{" + body + "}")!.AsObject();
        obj["metadata"] = new JsonObject { ["name"] = NameOf(resource) };
        return obj;
    }

    /// <summary>"swept", but for resources whose names must say something.</summary>
    public static string NameOf(GroupResource resource) => resource.Resource switch
    {
        "apiservices" => "v1.swept.example.com",
        "customresourcedefinitions" => "sweeps.example.com",
        "ipaddresses" => "192.0.2.7",
        _ => "swept",
    };

    private static string Body(GroupResource resource) => resource.Group switch
    {
        "" => CoreBody(resource.Resource),
        "apps" or "batch" or "autoscaling" => WorkloadBody(resource.Resource),
        "admissionregistration.k8s.io" or "apiextensions.k8s.io" or "apiregistration.k8s.io" =>
            ExtensionBody(resource.Resource),
        "storage.k8s.io" => StorageBody(resource.Resource),
        _ => OtherBody(resource.Resource),
    };

    private static string CoreBody(string resource) => resource switch
    {
        "pods" => """ "spec":$pod """,
        "services" => """ "spec":{"ports":[{"port":80}]}""",
        "replicationcontrollers" => """ "spec":{"template":{"metadata":$labels,"spec":$pod}}""",
        "podtemplates" => """ "template":{"spec":$pod}""",
        "persistentvolumeclaims" =>
            """ "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}""",
        "persistentvolumes" =>
            """ "spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/x"}}""",
        _ => "",
    };

    private static string WorkloadBody(string resource) => resource switch
    {
        "controllerrevisions" => """ "revision":1,"data":{"a":"b"}""",
        "deployments" or "replicasets" or "daemonsets" or "statefulsets" =>
            """ "spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":$labels,"spec":$pod}}""",
        "jobs" => """ "spec":{"template":{"spec":$once}}""",
        "cronjobs" => """ "spec":{"schedule":"@daily","jobTemplate":{"spec":{"template":{"spec":$once}}}}""",
        "horizontalpodautoscalers" =>
            """ "spec":{"maxReplicas":3,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"}}""",
        _ => "",
    };

    private static string ExtensionBody(string resource) => resource switch
    {
        "mutatingwebhookconfigurations" or "validatingwebhookconfigurations" => """
            "webhooks":[{"name":"hook.example.com","admissionReviewVersions":["v1"],"sideEffects":"None",
            "clientConfig":{"url":"https://example.com/x"},"rules":[$rule]}]
            """,
        "validatingadmissionpolicies" =>
            """ "spec":{"matchConstraints":{"resourceRules":[$rule]},"validations":[{"expression":"true"}]}""",
        "mutatingadmissionpolicies" => """
            "spec":{"matchConstraints":{"resourceRules":[$rule]},"reinvocationPolicy":"Never",
            "mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{}]"}}]}
            """,
        "validatingadmissionpolicybindings" => """ "spec":{"policyName":"p","validationActions":["Deny"]}""",
        "mutatingadmissionpolicybindings" => """ "spec":{"policyName":"p"}""",
        "customresourcedefinitions" => """
            "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"sweeps","kind":"Sweep"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}
            """,
        "apiservices" => """
            "spec":{"group":"swept.example.com","version":"v1","groupPriorityMinimum":100,"versionPriority":10,
            "service":{"namespace":"default","name":"s"}}
            """,
        _ => "",
    };

    private static string StorageBody(string resource) => resource switch
    {
        "csidrivers" => """ "spec":{}""",
        "csinodes" => """ "spec":{"drivers":[]}""",
        "csistoragecapacities" => """ "storageClassName":"s" """,
        "storageclasses" => """ "provisioner":"example.com/p" """,
        "volumeattachments" =>
            """ "spec":{"attacher":"example.com","nodeName":"n","source":{"persistentVolumeName":"v"}}""",
        "volumeattributesclasses" => """ "driverName":"example.com","parameters":{"a":"b"}""",
        _ => "",
    };

    private static string OtherBody(string resource) => resource switch
    {
        "certificatesigningrequests" =>
            """ "spec":{"request":"$request","signerName":"example.com/s","usages":["client auth"]}""",
        "events" => """
            "type":"Normal","reason":"Made","action":"Make","eventTime":"2026-01-01T00:00:00.000000Z",
            "reportingController":"example.com/c","reportingInstance":"c-1"
            """,
        "endpointslices" => """ "addressType":"IPv4","endpoints":[]""",
        "flowschemas" => """ "spec":{"priorityLevelConfiguration":{"name":"p"}}""",
        "ingresses" => """ "spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}""",
        "ingressclasses" => """ "spec":{"controller":"example.com/c"}""",
        "ipaddresses" => """ "spec":{"parentRef":{"resource":"services","namespace":"default","name":"s"}}""",
        "prioritylevelconfigurations" => """ "spec":{"type":"Limited","limited":{"limitResponse":{"type":"Reject"}}}""",
        "resourceslices" => """
            "spec":{"driver":"example.com","nodeName":"n","pool":{"name":"n","generation":1,"resourceSliceCount":1}}
            """,
        "rolebindings" or "clusterrolebindings" => """ "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"}""",
        "runtimeclasses" => """ "handler":"runc" """,
        "servicecidrs" => """ "spec":{"cidrs":["192.0.2.0/24"]}""",
        _ => "",
    };

    private static string MakeSigningRequest()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=swept", key, HashAlgorithmName.SHA256);
        return Convert.ToBase64String(Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()));
    }
}
