namespace Kube1.ApiServer.Admission.Policies.Mutations;

/// <summary>A mutation that cannot be made; the message is upstream's. Its policy's failurePolicy answers it.</summary>
internal sealed class MutationException(string message, Exception? inner = null) : Exception(message, inner);
