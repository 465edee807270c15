using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>Turns a pod's priority class into its priority and preemption policy; keeps to one default class.</summary>
internal sealed class PodPriority() : AdmissionPlugin("Priority")
{
    private const string DefaultPolicy = "PreemptLowerPriority";

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => CreatesPod(request) || UpdatesPod(request)
        || (request.Operation is AdmissionOperation.Create or AdmissionOperation.Update
            && IsFor(request, "scheduling.k8s.io", "priorityclasses"));

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        if (UpdatesPod(request))
        {
            KeepPriority(request);
        }

        if (!CreatesPod(request))
        {
            return;
        }

        var spec = Child(request.Object!, "spec");
        var name = (string?)spec["priorityClassName"];
        var found = string.IsNullOrEmpty(name) ? Default(request) : request.Objects.Get<V1PriorityClass>(null, name);
        if (found is null && !string.IsNullOrEmpty(name))
        {
            throw Forbidden(request, $"no PriorityClass with name {name} was found");
        }

        var value = found?.Value ?? 0;
        var policy = found?.PreemptionPolicy ?? DefaultPolicy;
        if ((int?)spec["priority"] is { } given && given != value)
        {
            throw Forbidden(
                request,
                $"the integer value of priority ({given}) must not be provided in pod spec; priority admission controller "
                + $"computed {value} from the given PriorityClass name");
        }

        if ((string?)spec["preemptionPolicy"] is { } givenPolicy && givenPolicy != policy)
        {
            throw Forbidden(
                request,
                $"the string value of PreemptionPolicy ({givenPolicy}) must not be provided in pod spec; priority admission "
                + $"controller computed {policy} from the given PriorityClass name");
        }

        if (found is not null)
        {
            spec["priorityClassName"] = found.Metadata.Name;
        }

        spec["priority"] = value;
        spec["preemptionPolicy"] = policy;
    }

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        if (IsFor(request, "", "pods") || (bool?)request.Object!["globalDefault"] != true)
        {
            return;
        }

        var other = Default(request);
        if (other is not null && other.Metadata.Name != NameOf(request))
        {
            throw Forbidden(
                request, $"PriorityClass {other.Metadata.Name} is already marked as default. Only one default can exist");
        }
    }

    private static bool UpdatesPod(AdmissionRequest request) =>
        request.Operation == AdmissionOperation.Update && IsFor(request, "", "pods");

    // Who writes back the pod that he once made does not know what it was given.
    private static void KeepPriority(AdmissionRequest request)
    {
        var spec = Child(request.Object!, "spec");
        foreach (var field in new[] { "priority", "preemptionPolicy" })
        {
            if (spec[field] is null && request.OldObject!["spec"]?[field] is { } before)
            {
                spec[field] = before.DeepClone();
            }
        }
    }

    /// <summary>Should there be several after all, the lowest counts.</summary>
    private static V1PriorityClass? Default(AdmissionRequest request) =>
        request.Objects.List<V1PriorityClass>(null).Where(c => c.GlobalDefault == true).MinBy(c => c.Value);
}
