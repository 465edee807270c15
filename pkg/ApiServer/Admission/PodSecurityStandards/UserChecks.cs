namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>Containers may not run as root.</summary>
internal static class UserChecks
{
    private const string NonRootReason = "runAsNonRoot != true";

    public static PodViolation? NonRoot(PodFacts pod)
    {
        var ofPod = pod.Spec.SecurityContext?.RunAsNonRoot;
        var refusing = pod.Where(c => c.Security?.RunAsNonRoot == false);
        if (ofPod == false || refusing.Count > 0)
        {
            return new PodViolation(
                NonRootReason,
                $"{ViolationText.Setters(ofPod == false, refusing)} must not set securityContext.runAsNonRoot=false");
        }

        var silent = ofPod == true ? [] : pod.Where(c => c.Security?.RunAsNonRoot is null);
        return silent.Count == 0
            ? null
            : new PodViolation(
                NonRootReason, $"pod or {ViolationText.Containers(silent)} must set securityContext.runAsNonRoot=true");
    }

    public static PodViolation? RootUser(PodFacts pod)
    {
        var ofPod = pod.Spec.SecurityContext?.RunAsUser == 0;
        var containers = pod.Where(c => c.Security?.RunAsUser == 0);
        return !ofPod && containers.Count == 0
            ? null
            : new PodViolation("runAsUser=0", $"{ViolationText.Setters(ofPod, containers)} must not set runAsUser=0");
    }
}
