namespace Kube1.Kubelet.Probes;

internal enum ProbeResult
{
    Success,
    Failure,

    /// <summary>The probe itself could not be made; it counts neither way.</summary>
    Unknown,
}

/// <summary>One probe's result with the text that an event shows.</summary>
internal readonly record struct ProbeOutcome(ProbeResult Result, string Output);
