using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;

namespace Kube1.Tests.Registry;

/// <summary>What kubectl get shows: the columns' names and the cells.</summary>
public sealed class PrintColumnTests
{
    [TestCase("", "pods", "Name | Ready | Status | Restarts | Age | IP* | Node* | Nominated Node* | Readiness Gates*")]
    [TestCase("", "nodes",
        "Name | Status | Roles | Age | Version | Internal-IP* | External-IP* | OS-Image* | Kernel-Version* | Container-Runtime*")]
    [TestCase("", "services", "Name | Type | Cluster-IP | External-IP | Port(s) | Age | Selector*")]
    [TestCase("apps", "deployments", "Name | Ready | Up-to-date | Available | Age | Containers* | Images* | Selector*")]
    [TestCase("apps", "replicasets", "Name | Desired | Current | Ready | Age | Containers* | Images* | Selector*")]
    [TestCase("apps", "daemonsets",
        "Name | Desired | Current | Ready | Up-to-date | Available | Node Selector | Age | Containers* | Images* | Selector*")]
    [TestCase("apps", "statefulsets", "Name | Ready | Age | Containers* | Images*")]
    [TestCase("batch", "jobs", "Name | Status | Completions | Duration | Age | Containers* | Images* | Selector*")]
    [TestCase("", "events",
        "Last Seen | Type | Reason | Object | Subobject* | Source* | Message | First Seen* | Count* | Name*")]
    [TestCase("", "configmaps", "Name | Data | Age")]
    [TestCase("", "limitranges", "Name | Created At")]
    [TestCase("rbac.authorization.k8s.io", "roles", "Name | Created At")]
    [TestCase("rbac.authorization.k8s.io", "rolebindings", "Name | Role | Age | Users* | Groups* | ServiceAccounts*")]
    [TestCase("policy", "poddisruptionbudgets", "Name | Min Available | Max Unavailable | Allowed Disruptions | Age")]
    [TestCase("storage.k8s.io", "storageclasses",
        "Name | Provisioner | ReclaimPolicy | VolumeBindingMode | AllowVolumeExpansion | Age")]
    public void Header_Kind_IsUpstreams(string group, string resource, string header) =>
        Assert.That(new Kind(group, resource).Header(), Is.EqualTo(header));

    [Test]
    public void Cells_EmptyObject_NoKindThrows() => Assert.Multiple(() =>
    {
        foreach (var resource in ResourceCatalog.All)
        {
            foreach (var column in StrategyCatalog.For(resource).PrintColumns)
            {
                Assert.That(() => column.Cell([], new PrintContext(Kind.Now)), Throws.Nothing, $"{resource.Kind} {column.Name}");
            }
        }
    });

    // Running with a restart, waiting, crashing, initialising, sidecars, ending: one row each.
    [TestCase("""
        {"phase":"Running","podIPs":[{"ip":"10.42.0.7"}],"conditions":[{"type":"Ready","status":"True"}],
        "containerStatuses":[{"name":"a","ready":true,"restartCount":2,"state":{"running":{}},
        "lastState":{"terminated":{"finishedAt":"2026-01-01T11:55:00Z"}}}]}
        """,
        "1/1 | Running | 2 (5m ago)")]
    [TestCase("""{"phase":"Pending"}""", "0/1 | Pending | 0")]
    [TestCase("""
        {"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]}
        """,
        "0/1 | SchedulingGated | 0")]
    [TestCase("""
        {"phase":"Pending","containerStatuses":[{"name":"a",
        "state":{"waiting":{"reason":"ContainerCreating"}}}]}
        """,
        "0/1 | ContainerCreating | 0")]
    [TestCase("""
        {"phase":"Running","containerStatuses":[{"name":"a","restartCount":7,
        "state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}
        """,
        "0/1 | CrashLoopBackOff | 7")]
    [TestCase("""
        {"phase":"Succeeded","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,
        "reason":"Completed"}}}]}
        """,
        "0/1 | Completed | 0")]
    [TestCase("""{"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":3}}}]}""",
        "0/1 | ExitCode:3 | 0")]
    [TestCase("""
        {"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":137,"signal":9}}}]}
        """,
        "0/1 | Signal:9 | 0")]
    [TestCase("""{"phase":"Failed","reason":"Evicted"}""", "0/1 | Evicted | 0")]
    public void Pod_States_StatusText(string status, string expected) =>
        Assert.That(PodRow("""{"containers":[{"name":"a"}]}""", status), Is.EqualTo(expected));

    [TestCase("""
        {"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"running":{}}}]}
        """, "0/2 | Init:0/2 | 0")]
    [TestCase("""
        {"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":0}}},
        {"name":"s","restartCount":1,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}
        """,
        "0/2 | Init:CrashLoopBackOff | 1")]
    [TestCase("""
        {"phase":"Failed","initContainerStatuses":[{"name":"i","restartCount":4,
        "state":{"terminated":{"exitCode":1,"reason":"Error"}}}]}
        """,
        "0/2 | Init:Error | 4")]
    [TestCase("""
        {"phase":"Running","initContainerStatuses":[{"name":"i","restartCount":3,
        "state":{"terminated":{"exitCode":0}}},{"name":"s","started":true,"ready":true,"restartCount":1,
        "state":{"running":{}}}],"containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}}]}
        """,
        "2/2 | Running | 1")]
    public void Pod_InitContainersAndSidecars_StatusText(string status, string expected) => Assert.That(
        PodRow("""
            {"initContainers":[{"name":"i"},{"name":"s","restartPolicy":"Always"}],"containers":[{"name":"a"}]}
            """, status),
        Is.EqualTo(expected));

    [Test]
    public void Pod_OneOfTwoCompleted_NotReady() => Assert.That(
        PodRow(
            """{"containers":[{"name":"a"},{"name":"b"}]}""",
            """
                {"phase":"Running","containerStatuses":[{"name":"a",
                "state":{"terminated":{"reason":"Completed"}}},{"name":"b","ready":true,
                "state":{"running":{}}}]}
                """),
        Is.EqualTo("1/2 | NotReady | 0"));

    [Test]
    public void Pod_BeingDeleted_Terminating() => Assert.That(
        Kind.Pods.Row(
            """
                {"metadata":{"name":"p","creationTimestamp":"2026-01-01T11:00:00Z",
                "deletionTimestamp":"2026-01-01T12:00:00Z"},"spec":{"nodeName":"n","containers":[{"name":"a"}]},
                "status":{"phase":"Running"}}
                """),
        Is.EqualTo("p | 0/1 | Terminating | 0 | 60m | <none> | n | <none> | <none>"));

    [TestCase("""{"type":"ClusterIP","clusterIPs":["10.43.0.9"],"ports":[{"port":80,"protocol":"TCP"}]}""",
        "s | ClusterIP | 10.43.0.9 | <none> | 80/TCP | <unknown> | <none>")]
    [TestCase("""
        {"type":"LoadBalancer","clusterIPs":["10.43.0.9"],"ports":[{"port":80,"nodePort":30080,
        "protocol":"TCP"},{"port":53,"nodePort":30053,"protocol":"UDP"}],"selector":{"b":"2","a":"1"}}
        """,
        "s | LoadBalancer | 10.43.0.9 | <pending> | 80:30080/TCP,53:30053/UDP | <unknown> | a=1,b=2")]
    [TestCase("""{"type":"ExternalName","externalName":"example.com"}""",
        "s | ExternalName | <none> | example.com | <none> | <unknown> | <none>")]
    public void Service_Types_Row(string spec, string expected) => Assert.That(
        Kind.Services.Row($$"""{"metadata":{"name":"s"},"spec":{{spec}}}"""), Is.EqualTo(expected));

    [TestCase("", "nodes",
        """
            {"metadata":{"name":"n","labels":{"node-role.kubernetes.io/control-plane":"",
            "kubernetes.io/role":"edge"}},"spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready",
            "status":"False"}],"addresses":[{"type":"InternalIP","address":"10.0.0.1"}],
            "nodeInfo":{"kubeletVersion":"v1.36.0","osImage":"Debian"}}}
            """,
        "n | NotReady,SchedulingDisabled | control-plane,edge | <unknown> | v1.36.0 | 10.0.0.1 | <none> | Debian | <unknown> | <unknown>")]
    [TestCase("apps", "deployments",
        """
            {"metadata":{"name":"d"},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"d"}},
            "template":{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b","image":"y"}]}}},
            "status":{"readyReplicas":2,"updatedReplicas":3,"availableReplicas":1}}
            """,
        "d | 2/3 | 3 | 1 | <unknown> | a,b | x,y | app=d")]
    [TestCase("batch", "jobs",
        """
            {"metadata":{"name":"j"},"spec":{"completions":4},"status":{"succeeded":1,
            "startTime":"2026-01-01T11:58:30Z"}}
            """,
        "j | Running | 1/4 | 90s | <unknown> |  |  | <none>")]
    [TestCase("", "events",
        """
            {"metadata":{"name":"p.1"},"involvedObject":{"kind":"Pod","name":"p"},"type":"Warning",
            "reason":"BackOff","message":" again\n","lastTimestamp":"2026-01-01T11:59:00Z",
            "firstTimestamp":"2026-01-01T11:00:00Z","count":5,"source":{"component":"kubelet","host":"n"}}
            """,
        "60s | Warning | BackOff | pod/p |  | kubelet, n | again | 60m | 5 | p.1")]
    [TestCase("", "endpoints",
        """
            {"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}],
            "ports":[{"port":80},{"port":81}]}]}
            """,
        "e | 10.0.0.1:80,10.0.0.2:80,10.0.0.1:81 + 1 more... | <unknown>")]
    [TestCase("", "secrets", """
        {"metadata":{"name":"s"},"type":"Opaque","data":{"a":"","b":""}}
        """, "s | Opaque | 2 | <unknown>")]
    [TestCase("", "persistentvolumeclaims",
        """
            {"metadata":{"name":"c"},"spec":{"volumeName":"v","storageClassName":"fast",
            "volumeMode":"Filesystem"},"status":{"phase":"Bound","accessModes":["ReadWriteMany",
            "ReadWriteOnce"],"capacity":{"storage":"1Gi"}}}
            """,
        "c | Bound | v | 1Gi | RWO,RWX | fast | <unset> | <unknown> | Filesystem")]
    [TestCase("policy", "poddisruptionbudgets",
        """{"metadata":{"name":"b"},"spec":{"minAvailable":"50%"},"status":{"disruptionsAllowed":1}}""",
        "b | 50% | N/A | 1 | <unknown>")]
    [TestCase("networking.k8s.io", "ingresses",
        """
            {"metadata":{"name":"i"},"spec":{"rules":[{"host":"a.example"},{}],"tls":[{}]},
            "status":{"loadBalancer":{"ingress":[{"ip":"1.2.3.4"}]}}}
            """,
        "i | <none> | a.example | 1.2.3.4 | 80, 443 | <unknown>")]
    [TestCase("autoscaling", "horizontalpodautoscalers",
        """
            {"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d"},"minReplicas":1,
            "maxReplicas":5,"metrics":[{"type":"Resource","resource":{"name":"cpu",
            "target":{"averageUtilization":80}}}]},"status":{"currentReplicas":2}}
            """,
        "h | Deployment/d | cpu: <unknown>/80% | 1 | 5 | 2 | <unknown>")]
    [TestCase("certificates.k8s.io", "certificatesigningrequests",
        """
            {"metadata":{"name":"c"},"spec":{"signerName":"x/y","username":"u"},"status":{"certificate":"AA==",
            "conditions":[{"type":"Approved","status":"True"}]}}
            """,
        "c | <unknown> | x/y | u | <none> | Approved,Issued")]
    [TestCase("autoscaling", "horizontalpodautoscalers",
        """
            {"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d"},"maxReplicas":5,"metrics":[
            {"type":"Pods","pods":{"target":{"averageValue":"10"}}},
            {"type":"External","external":{"target":{"averageValue":"5"}}},
            {"type":"Object","object":{"target":{"value":"7"}}}]},
            "status":{"currentMetrics":[{"type":"Pods","pods":{"current":{"averageValue":"3"}}}]}}
            """,
        "h | Deployment/d | 3/10, <unknown>/5 (avg) + 1 more... | <unset> | 5 | 0 | <unknown>")]
    [TestCase("networking.k8s.io", "ingresses",
        """
            {"metadata":{"name":"i"},"spec":{"ingressClassName":"x","rules":[{"host":"a"},{"host":"b"},{"host":"c"},
            {"host":"d"},{"host":"e"}]}}
            """,
        "i | x | a,b,c + 2 more... |  | 80 | <unknown>")]
    [TestCase("networking.k8s.io", "ingressclasses",
        """
            {"metadata":{"name":"i"},"spec":{"controller":"x/y","parameters":{"apiGroup":"g","kind":"K","name":"n"}}}
            """,
        "i | x/y | K.g/n | <unknown>")]
    [TestCase("networking.k8s.io", "ipaddresses",
        """
            {"metadata":{"name":"10.0.0.1"},"spec":{"parentRef":{"group":"g","resource":"r","namespace":"n","name":"x"}}}
            """,
        "10.0.0.1 | r.g/n/x")]
    [TestCase("networking.k8s.io", "servicecidrs",
        """{"metadata":{"name":"k"},"spec":{"cidrs":["10.0.0.0/8","fd00::/64"]}}""", "k | 10.0.0.0/8,fd00::/64 | <unknown>")]
    [TestCase("discovery.k8s.io", "endpointslices",
        """
            {"metadata":{"name":"e"},"addressType":"IPv4","ports":[{"port":80},{"name":"x"},{}],
            "endpoints":[{"addresses":["1","2"]},{"addresses":["3","4"]}]}
            """,
        "e | IPv4 | 80,x,* | 1,2,3 + 1 more... | <unknown>")]
    [TestCase("storage.k8s.io", "csidrivers",
        """{"metadata":{"name":"d"},"spec":{"tokenRequests":[{"audience":"a"},{"audience":"b"}]}}""",
        "d | true | false | false | a,b | false | <none> | <unknown>")]
    [TestCase("storage.k8s.io", "volumeattributesclasses",
        """
            {"metadata":{"name":"v","annotations":{"volumeattributesclass.alpha.kubernetes.io/is-default-class":"true"}},
            "driverName":"d"}
            """,
        "v (default) | d | <unknown>")]
    [TestCase("storage.k8s.io", "csistoragecapacities", """{"metadata":{"name":"c"},"storageClassName":"s"}""", "c | s | <unset>")]
    [TestCase("admissionregistration.k8s.io", "validatingadmissionpolicies",
        """{"metadata":{"name":"p"},"spec":{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"validations":[{}]}}""",
        "p | 1 | v1/ConfigMap | <unknown>")]
    [TestCase("admissionregistration.k8s.io", "validatingadmissionpolicybindings",
        """{"metadata":{"name":"b"},"spec":{"policyName":"p","paramRef":{"name":"x"}}}""", "b | p | */x | <unknown>")]
    [TestCase("admissionregistration.k8s.io", "mutatingadmissionpolicybindings",
        """
            {"metadata":{"name":"b"},"spec":{"policyName":"p","paramRef":{"selector":{"matchLabels":{"a":"b"},
            "matchExpressions":[{"key":"k","operator":"In","values":["x","y"]}]}}}}
            """,
        "b | p | &LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{"
        + "LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},} | <unknown>")]
    [TestCase("flowcontrol.apiserver.k8s.io", "flowschemas",
        """
            {"metadata":{"name":"f"},"spec":{"priorityLevelConfiguration":{"name":"p"},"matchingPrecedence":9},
            "status":{"conditions":[{"type":"Dangling","status":"False"}]}}
            """,
        "f | p | 9 | <none> | <unknown> | False")]
    [TestCase("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations",
        """{"metadata":{"name":"p"},"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":5}}}""",
        "p | Limited | 5 | <none> | <none> | <none> | <unknown>")]
    [TestCase("resource.k8s.io", "resourceclaims",
        """
            {"metadata":{"name":"c","deletionTimestamp":"2026-01-01T00:00:00Z"},
            "status":{"allocation":{},"reservedFor":[{"name":"p"}]}}
            """,
        "c | deleted,allocated,reserved | <unknown>")]
    [TestCase("resource.k8s.io", "resourceclaims", """{"metadata":{"name":"c"}}""", "c | pending | <unknown>")]
    [TestCase("resource.k8s.io", "resourceslices",
        """{"metadata":{"name":"s"},"spec":{"nodeName":"n","driver":"d","pool":{"name":"p"}}}""", "s | n | d | p | <unknown>")]
    [TestCase("batch", "cronjobs",
        """
            {"metadata":{"name":"c"},"spec":{"schedule":"@daily","suspend":true},"status":{"active":[{}],
            "lastScheduleTime":"2026-01-01T11:00:00Z"}}
            """,
        "c | @daily | <none> | True | 1 | 60m | <unknown> |  |  | <none>")]
    [TestCase("apiregistration.k8s.io", "apiservices",
        """
            {"metadata":{"name":"v1.x"},"spec":{"service":{"namespace":"n","name":"s"}},
            "status":{"conditions":[{"type":"Available","status":"False","reason":"Gone"}]}}
            """,
        "v1.x | n/s | False (Gone) | <unknown>")]
    public void Row_Kind_Cells(string group, string resource, string obj, string expected) =>
        Assert.That(new Kind(group, resource).Row(obj), Is.EqualTo(expected));

    private static string PodRow(string spec, string status) => string.Join(
        " | ", Kind.Pods.Row($$"""
            {"metadata":{"name":"p"},"spec":{{spec}},"status":{{status}}}
            """).Split(" | ")[1..4]);
}
