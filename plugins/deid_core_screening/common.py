"""Words of studies that are also names: alone they tell nobody."""

from __future__ import annotations

COMMON = frozenset(
    """
    abdomen adult ankle anterior aorta apex april arm art august axial back bell best biopsy black
    blood blue body bolus bone both bow brain breast brown brush camp cardiac care case cast cell
    center central chest child clear clinic cold colon control contrast cook coronal cross day days
    dean delay dose double drain early east elbow exam face fast fat field film finger fish flow
    foot fox frame free front full gold good grant gray green grey grid half hall hand hard head
    heart heel high hill hip hope house image index inner joint june july king knee lake lane large
    late lateral left leg lens level light limb line liver local long low lower lumbar lung major
    mark march marker mask may mean median medical medium mild miles mode moore motion mouth muscle
    name neck nerve new noble noise none normal north nose old open oral order outer oval pain park
    part patient peak pelvis phase pick pike place plain plane point pool port posterior post power
    price prone pulse rapid rest rib rich right ring rise road rock room root rose round routine
    sagittal sample scan screen section sella series serial service shaft sharp short shoulder side
    single sinus skin skull slice small soft south spin spine stack stage standard star stern stone
    study summer supine swift table test thin thorax three tissue toe total tract true tube two
    upper vein vessel view vocal volume wall water wave way weight west white whole wide will wing
    winter wise wood work wrist young
    """.split()
)
"""Compared without case and accents."""
