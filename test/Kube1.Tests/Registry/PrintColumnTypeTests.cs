using Kube1.Api.Schema;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Views;

namespace Kube1.Tests.Registry;

/// <summary>
/// The column definitions of every kind, which clients read types and widths from. In the table "Name" is the usual first
/// column, what has no type is a string, and what stands after the bar is only for wide output.
/// </summary>
public sealed class PrintColumnTypeTests
{
    private const string Workload = "Containers, Images, Selector";

    private static readonly Dictionary<string, string> Columns = new()
    {
        ["pods"] = "Name, Ready, Status, Restarts, Age | IP, Node, Nominated Node, Readiness Gates",
        ["podtemplates"] = "Name, Containers, Images, Pod Labels",
        ["poddisruptionbudgets"] = "Name, Min Available, Max Unavailable, Allowed Disruptions:integer, Age",
        ["replicationcontrollers"] = "Name, Desired:integer, Current:integer, Ready:integer, Age | " + Workload,
        ["replicasets"] = "Name, Desired:integer, Current:integer, Ready:integer, Age | " + Workload,
        ["daemonsets"] = "Name, Desired:integer, Current:integer, Ready:integer, Up-to-date:integer, Available:integer, "
            + "Node Selector, Age | " + Workload,
        ["jobs"] = "Name, Status, Completions, Duration, Age | " + Workload,
        ["cronjobs"] = "Name, Schedule, Timezone, Suspend:boolean, Active:integer, Last Schedule, Age | " + Workload,
        ["services"] = "Name, Type, Cluster-IP, External-IP, Port(s), Age | Selector",
        ["ingresses"] = "Name, Class, Hosts, Address, Ports, Age",
        ["ingressclasses"] = "Name, Controller, Parameters, Age",
        ["statefulsets"] = "Name, Ready, Age | Containers, Images",
        ["endpoints"] = "Name, Endpoints, Age",
        ["nodes"] = "Name, Status, Roles, Age, Version | Internal-IP, External-IP, OS-Image, Kernel-Version, Container-Runtime",
        ["events"] = "Last Seen, Type, Reason, Object | Subobject, Source | Message | First Seen, Count, Name",
        ["namespaces"] = "Name, Status, Age",
        ["secrets"] = "Name, Type, Data, Age",
        ["serviceaccounts"] = "Name, Secrets, Age",
        ["persistentvolumes"] = "Name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, "
            + "VolumeAttributesClass, Reason, Age | VolumeMode",
        ["persistentvolumeclaims"] =
            "Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age | VolumeMode",
        ["deployments"] = "Name, Ready, Up-to-date, Available, Age | " + Workload,
        ["horizontalpodautoscalers"] = "Name, Reference, Targets, MinPods, MaxPods, Replicas, Age",
        ["configmaps"] = "Name, Data, Age",
        ["networkpolicies"] = "Name, Pod-Selector, Age",
        ["rolebindings"] = "Name, Role, Age | Users, Groups, ServiceAccounts",
        ["clusterrolebindings"] = "Name, Role, Age | Users, Groups, ServiceAccounts",
        ["certificatesigningrequests"] = "Name, Age, SignerName, Requestor, RequestedDuration, Condition",
        ["leases"] = "Name, Holder, Age",
        ["storageclasses"] = "Name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age",
        ["volumeattributesclasses"] = "Name, DriverName, Age",
        ["controllerrevisions"] = "Name, Controller, Revision, Age",
        ["resourcequotas"] = "Name, Request, Limit, Age",
        ["priorityclasses"] = "Name, Value:integer, Global-Default:boolean, Age, PreemptionPolicy",
        ["runtimeclasses"] = "Name, Handler, Age",
        ["volumeattachments"] = "Name, Attacher:string:name, PV, Node, Attached:boolean, Age",
        ["endpointslices"] = "Name, AddressType, Ports, Endpoints, Age",
        ["csinodes"] = "Name, Drivers:integer, Age",
        ["csidrivers"] = "Name, AttachRequired:boolean, PodInfoOnMount:boolean, StorageCapacity:boolean, TokenRequests, "
            + "RequiresRepublish:boolean, Modes, Age",
        ["csistoragecapacities"] = "Name, StorageClassName, Capacity",
        ["mutatingwebhookconfigurations"] = "Name, Webhooks:integer, Age",
        ["validatingwebhookconfigurations"] = "Name, Webhooks:integer, Age",
        ["validatingadmissionpolicies"] = "Name, Validations:integer, ParamKind, Age",
        ["validatingadmissionpolicybindings"] = "Name, PolicyName, ParamRef, Age",
        ["mutatingadmissionpolicies"] = "Name, Mutations:integer, ParamKind, Age",
        ["mutatingadmissionpolicybindings"] = "Name, PolicyName, ParamRef, Age",
        ["flowschemas"] = "Name, PriorityLevel, MatchingPrecedence, DistinguisherMethod, Age, MissingPL",
        ["prioritylevelconfigurations"] = "Name, Type, NominalConcurrencyShares, Queues, HandSize, QueueLengthLimit, Age",
        ["deviceclasses"] = "Name, Age",
        ["resourceclaims"] = "Name, State, Age",
        ["resourceclaimtemplates"] = "Name, Age",
        ["resourceslices"] = "Name, Node, Driver, Pool, Age",
        ["servicecidrs"] = "Name, CIDRs, Age",
        ["ipaddresses"] = "Name, ParentRef",
        ["apiservices"] = "Name, Service, Available, Age",

        // Upstream prints these as it prints kinds that it does not know.
        ["limitranges"] = "Name, Created At:date",
        ["roles"] = "Name, Created At:date",
        ["clusterroles"] = "Name, Created At:date",
        ["customresourcedefinitions"] = "Name, Created At:date",
    };

    [Test]
    public void Columns_EveryStoredKind_AreUpstreams() => Assert.Multiple(() =>
    {
        foreach (var resource in ResourceCatalog.All.Where(r => r.Verbs.Contains("watch") && ObjectViewCatalog.For(r) is null))
        {
            var columns = StrategyCatalog.For(resource).PrintColumns;
            Assert.That(
                columns.Select(Text), Is.EqualTo(Expected(Columns[resource.Resource.Resource])), resource.Resource.ToString());
            Assert.That(columns.All(c => c.Description.Length > 0), resource.Resource.ToString());
        }
    });

    // "wide" begins and ends at each bar.
    private static IEnumerable<string> Expected(string table)
    {
        var wide = false;
        foreach (var part in table.Split('|'))
        {
            foreach (var column in part.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var words = column.Split(':');
                var type = words.Length > 1 ? words[1] : "string";
                var format = words.Length > 2 ? words[2] : words[0] == "Name" ? "name" : "";
                yield return $"{words[0]} {type} {format} {(wide ? 1 : 0)}";
            }

            wide = !wide;
        }
    }

    private static string Text(PrintColumn column) => $"{column.Name} {column.Type} {column.Format} {column.Priority}";
}
